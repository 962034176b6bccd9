// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Every request that a backend saw, and whatever was wrong with it. Any thread. */
final class Ledger {

    /** Backends beyond the first that a request may be sent to: {@code retry.attempts}. */
    private static final int OTHERS = 2;

    private static final int MOST_TOLD = 20;

    private final Map<String, List<Sighting>> byNonce = new ConcurrentHashMap<>();
    private final Map<Integer, Sighting> byId = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final Queue<String> wrongs = new ConcurrentLinkedQueue<>();

    Sighting saw(String nonce, int backend, boolean reused, Act act, int events) {
        Sighting sighting = new Sighting(ids.incrementAndGet(), nonce, backend, reused, act, events);
        byId.put(sighting.id(), sighting);
        byNonce.computeIfAbsent(nonce, any -> new CopyOnWriteArrayList<>()).add(sighting);
        return sighting;
    }

    @Nullable Sighting sighting(int id) {
        return byId.get(id);
    }

    /** Whether any backend has said anything to that request. */
    boolean answered(String nonce) {
        return byNonce.getOrDefault(nonce, List.of()).stream().anyMatch(Sighting::heard);
    }

    /** Something happened that must not. */
    void wrong(String what) {
        if (wrongs.size() < MOST_TOLD) {
            wrongs.add(what);
        }
    }

    /** How often a request was seen again, by the rule. */
    int seenAgain() {
        return byId.size() - byNonce.size();
    }

    /** All that was wrong, with what was seen twice against the one rule. */
    List<String> wrongs() {
        List<String> all = new ArrayList<>(wrongs);
        byNonce.forEach((nonce, seen) -> {
            if (!rightly(seen)) {
                all.add("sent again: " + nonce + " " + seen);
            }
        });
        return all;
    }

    /**
     * To another backend after "Loading model"; once more to the same one when a reused connection ended without a word, on a fresh one, and to another
     * when that could not be made.
     */
    private static boolean rightly(List<Sighting> seen) {
        int stale = 0;
        int loading = 0;
        for (int i = 0; i + 1 < seen.size(); i++) {
            Sighting one = seen.get(i);
            Sighting next = seen.get(i + 1);
            boolean same = one.backend() == next.backend();
            if (one.act() == Act.LOADING && !same) {
                loading++;
            } else if (one.reused() && !one.heard() && !(same && next.reused())) {
                stale++;
            } else {
                return false;
            }
        }
        return stale <= 1 && loading <= OTHERS;
    }

    /** Lets go of all that it holds. */
    void forget() {
        byNonce.clear();
        byId.clear();
    }
}
