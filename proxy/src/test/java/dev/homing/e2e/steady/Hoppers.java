// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.steady;

import dev.homing.e2e.storm.Threads;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that ask for the models without a pause, on another connection each time, until they are told to end. */
final class Hoppers implements AutoCloseable {

    private final InetSocketAddress address;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answers = new AtomicInteger();

    /** Written by the test. */
    private volatile boolean ended;

    Hoppers(InetSocketAddress address) {
        this.address = address;
    }

    void begin(int count) {
        for (int i = 0; i < count; i++) {
            threads.add(Threads.start("hopper-" + i, this::hop));
        }
    }

    private void hop() {
        while (!ended) {
            String problem = Follower.look(address);
            if (!problem.isEmpty()) {
                problems.add(problem);
            }
            answers.incrementAndGet();
        }
    }

    /** Waits for nobody: a test that failed may have left them without an answer. */
    @Override
    public void close() {
        ended = true;
    }

    /** Returns when the last of them is done. */
    void end() throws InterruptedException {
        close();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    int answers() {
        return answers.get();
    }

    List<String> problems() {
        return List.copyOf(problems);
    }
}
