// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that passes when told to. */
final class ManualClock implements EngineClock {

    private final List<Task> tasks = new ArrayList<>();
    private long now;

    private record Task(long at, Runnable what) {}

    @Override
    public long now() {
        return now;
    }

    @Override
    public Timer schedule(Runnable what, long delayNanos) {
        Task task = new Task(now + Math.max(0, delayNanos), what);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    void advanceMillis(long millis) {
        long until = now + millis * 1_000_000;
        while (true) {
            Task next = tasks.stream().min(Comparator.comparingLong(Task::at)).orElse(null);
            if (next == null || next.at > until) {
                break;
            }
            tasks.remove(next);
            now = next.at;
            next.what.run();
        }
        now = until;
    }
}
