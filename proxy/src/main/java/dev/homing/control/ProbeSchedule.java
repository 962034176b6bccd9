// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.ProbeResult;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When one backend is probed: at once, then about every interval, and early when something asks for it; never twice at the same time.
 * Confined to the control thread.
 */
final class ProbeSchedule {

    /** The least time from one probe's start to the next one's. */
    static final long GAP_NANOS = 100_000_000;

    /** How far an interval is stretched or shortened, so that a fleet of proxies does not probe in step. */
    static final double JITTER = 0.2;

    private final ControlThread thread;
    private final RandomGenerator chance;
    private final Subject subject;

    private @Nullable Future<?> next;
    private long nextNanos;
    private long startedNanos;
    private boolean running;
    private boolean again;

    /** Which start of the schedule is valid: answers to probes of an earlier one are dropped. */
    private int epoch;

    ProbeSchedule(ControlThread thread, RandomGenerator chance, Subject subject) {
        this.thread = thread;
        this.chance = chance;
        this.subject = subject;
    }

    /** What is probed. */
    interface Subject {

        Duration interval();

        CompletionStage<ProbeResult> probe();

        void probed(ProbeResult result, long startedNanos);
    }

    /** Probes at once, as if it never had before. */
    void start() {
        stop();
        run();
    }

    /** No more probes, and no answer of one under way. */
    void stop() {
        assert thread.inside();
        epoch++;
        running = false;
        again = false;
        cancel();
    }

    /** Probes as soon as the gap allows; while a probe is under way, which may have begun too early to tell, again after it. */
    void soon() {
        at(thread.now());
    }

    /** Probes at that time at the latest. */
    void at(long nanos) {
        assert thread.inside();
        if (running) {
            again |= nanos - thread.now() <= 0;
            return;
        }
        long earliest = startedNanos + GAP_NANOS;
        long at = nanos - earliest < 0 ? earliest : nanos;
        if (next == null || at - nextNanos < 0) {
            cancel();
            nextNanos = at;
            next = thread.at(at, this::run);
        }
    }

    private void cancel() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }

    private void run() {
        next = null;
        running = true;
        again = false;
        startedNanos = thread.now();
        int started = epoch;
        subject.probe()
                .whenComplete((result, never) -> thread.execute(() -> {
                    if (started == epoch) {
                        finished(result);
                    }
                }));
    }

    private void finished(ProbeResult result) {
        running = false;
        double stretch = 1 + JITTER * (2 * chance.nextDouble() - 1);
        at(again ? thread.now() : startedNanos + (long) (subject.interval().toNanos() * stretch));
        subject.probed(result, startedNanos);
    }
}
