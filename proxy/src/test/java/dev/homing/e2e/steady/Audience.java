// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.steady;

import dev.homing.e2e.storm.Threads;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that each follow one stream after another until they are told to end. */
final class Audience implements AutoCloseable {

    /** Streams after which some of them go on under another session's name. */
    private static final int FICKLE = 2;

    /** One in so many does that. */
    private static final int ONE_IN = 4;

    private final InetSocketAddress address;
    private final int events;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Heard> heard = new LinkedBlockingQueue<>();
    private final AtomicInteger nonces = new AtomicInteger();

    /** Written by the test. */
    private volatile boolean ended;

    /** @param events of each stream, up to twice as many */
    Audience(InetSocketAddress address, int events) {
        this.address = address;
        this.events = events;
    }

    void begin(int count) {
        for (int i = 0; i < count; i++) {
            int number = i;
            threads.add(Threads.start("follower-" + i, () -> follow(number)));
        }
    }

    private void follow(int number) {
        try (Follower follower = new Follower(address)) {
            for (int turn = 0; !ended; turn++) {
                int session = number % ONE_IN == 0 ? turn / FICKLE : 0;
                int nonce = nonces.incrementAndGet();
                heard.add(
                        follower.ask("s-" + number + "-" + session, "%08x".formatted(nonce), events + nonce % events));
            }
        }
    }

    /** Each client's stream is its last one. */
    void endSoon() {
        ended = true;
    }

    /** Returns when the last stream is over. */
    void end() throws InterruptedException {
        endSoon();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Waits for nobody: a test that failed may have left them without an answer. */
    @Override
    public void close() {
        endSoon();
    }

    /** Answers so far. */
    int answers() {
        return heard.size();
    }

    /** Everything so far. */
    List<Heard> heard() {
        return List.copyOf(heard);
    }

    List<Heard> failures() {
        return heard().stream().filter(Heard::failed).toList();
    }

    /** The backends that answered each session, in order; one that answered several requests in a row once. */
    Map<String, List<String>> visits() {
        Map<String, List<String>> bySession = new TreeMap<>();
        for (Heard one : heard) {
            List<String> visits = bySession.computeIfAbsent(one.session(), any -> new ArrayList<>());
            if (visits.isEmpty() || !visits.get(visits.size() - 1).equals(one.backend())) {
                visits.add(one.backend());
            }
        }
        return bySession;
    }
}
