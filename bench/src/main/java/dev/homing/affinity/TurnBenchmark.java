// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.bench.Samples;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the sticky table, the count of pending work and the look for two conversations under one id cost a turn of a pinned session. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime) // its median is what other programs on the machine disturb least
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@NullUnmarked // JMH fills in the fields
public class TurnBenchmark {

    private static final SessionKey KEY = new SessionKey(42);

    /** Whether an answered turn is looked at for signs of a second conversation. */
    @Param({"false", "true"})
    public boolean judged;

    private final long[] pending = new long[3];
    private final SessionRouter router =
            new SessionRouter(new SessionTable(1_000, System::nanoTime), slot -> pending[slot]);
    private final PendingWork work = new PendingWork((slot, tokens) -> pending[slot] += tokens);
    private final Pool pool = Samples.pool(3);
    private long bytes = 10_000;

    @Benchmark
    public boolean turn() {
        PromptSize prompt = work.size(pool, bytes++);
        Routed routed = router.route(pool, new Arrival(KEY, null, prompt, TimeUnit.HOURS.toNanos(1)));
        Claim claim = work.claim(routed, prompt);
        claim.release();
        boolean suspect = judged && claim.answered();
        router.release(routed);
        return suspect;
    }
}
