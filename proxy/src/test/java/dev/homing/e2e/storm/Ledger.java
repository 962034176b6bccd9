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
     * At most one backend may have begun anything, beside those that were loading, each once, and reused connections that ended without a word. In any
     * order: of a connection that was reset its thread may take note later than that of the next one.
     */
    private static boolean rightly(List<Sighting> seen) {
        List<Integer> loading = seen.stream()
                .filter(one -> one.act() == Act.LOADING && one.heard())
                .map(Sighting::backend)
                .toList();
        long stale = seen.stream().filter(Ledger::wordless).count();
        return seen.size() - loading.size() - stale <= 1
                && loading.stream().distinct().count() == loading.size()
                && seen.size() <= 1 + OTHERS + 1;
    }

    /** A reused connection of which no word came: also when its backend closes with some of the request unread, since that reset may overtake the answer. */
    private static boolean wordless(Sighting seen) {
        return seen.reused() && (!seen.heard() || seen.act() == Act.EARLY_CLOSE);
    }

    /** Lets go of all that it holds. */
    void forget() {
        byNonce.clear();
        byId.clear();
    }
}
