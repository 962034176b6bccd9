// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.SessionKeyExtractor.Match;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.bench.Samples;
import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What a decision costs and allocates: whose request it is, where a pinned one goes, and where one goes that was never here. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@NullUnmarked // JMH fills in the fields
public class DecisionBenchmark {

    private static final long IDLE_TTL = TimeUnit.HOURS.toNanos(1);

    /** A request's head. */
    @State(Scope.Thread)
    public static class Head {

        private final SessionKeyExtractor keys = new SessionKeyExtractor(
                "default", List.of("x-session-id", "x-session-affinity"), false, SipHash.ofSeed("homing"));
        private final HttpHeaders headers = Samples.request().headers();
    }

    /** Sessions that were here before, in no order that a processor's caches could foresee. */
    @State(Scope.Thread)
    public static class Pinned {

        @Param({"1000", "1000000"})
        public int sessions;

        private final Pool pool = Samples.pool(3);
        private SessionRouter router;
        private Arrival[] arrivals;
        private int next;

        @Setup
        public void prepare() {
            router = new SessionRouter(new SessionTable(sessions, System::nanoTime), slot -> 0);
            arrivals = new Arrival[sessions];
            SplittableRandom ids = new SplittableRandom(7);
            for (int i = 0; i < sessions; i++) {
                arrivals[i] = Arrival.of(new SessionKey(ids.nextLong()), IDLE_TTL);
                router.release(router.route(pool, arrivals[i]));
            }
        }

        Arrival next() {
            next = next + 1 == sessions ? 0 : next + 1;
            return arrivals[next];
        }
    }

    /** Backends under load, and sessions that were never here. */
    @State(Scope.Thread)
    public static class New {

        @Param({"3", "64", "1000"})
        public int backends;

        private final SplittableRandom ids = new SplittableRandom(7);
        private Pool pool;
        private long[] pending;
        private SessionTable table;
        private SessionRouter router;

        @Setup
        public void prepare() {
            pool = Samples.pool(backends);
            pending = ids.longs(backends, 0, 32_768).toArray();
            table = new SessionTable(1_000, System::nanoTime);
            router = new SessionRouter(table, slot -> pending[slot]);
        }

        SessionKey next() {
            return new SessionKey(ids.nextLong());
        }
    }

    @Benchmark
    public @Nullable Match extract(Head head) {
        return head.keys.find(head.headers);
    }

    /** With what the end of the request costs the table. */
    @Benchmark
    public void pinned(Pinned state, Blackhole hole) {
        Routed routed = state.router.route(state.pool, state.next());
        hole.consume(routed);
        state.router.release(routed);
    }

    /** The rule alone. */
    @Benchmark
    public @Nullable Backend place(New state) {
        return Router.place(state.pool, state.next(), slot -> state.pending[slot], Set.of());
    }

    /** The rule, the session's entry in the table, and its end. */
    @Benchmark
    public void placed(New state, Blackhole hole) {
        SessionKey key = state.next();
        Routed routed = state.router.route(state.pool, Arrival.of(key, IDLE_TTL));
        hole.consume(routed);
        state.router.release(routed);
        state.table.forget(key);
    }
}
