// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.bench.Samples;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.routing.Decision;
import dev.homing.routing.Pool;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the meters cost a request on its event loop, and a scrape. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@NullUnmarked // JMH fills in the fields
public class MetersBenchmark {

    /** In one pool. */
    @Param({"3", "64"})
    private int backends;

    private PrometheusMeterRegistry registry;
    private ProxyMeters meters;
    private Pool pool;
    private RequestSummary[] summaries;
    private int next;

    @Setup
    public void prepare() {
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        meters = new ProxyMeters(
                registry,
                new Readings(
                        slot -> 1_000L,
                        slot -> 4L,
                        new Readings.Queued(slot -> 2L, index -> 0L),
                        slot -> 12_000L,
                        () -> 0,
                        () -> 0));
        pool = Samples.pool(backends);
        meters.table(new RoutingTable(List.of(pool), new RouteMatcher(List.of())));
        summaries = pool.backends().stream()
                .map(backend -> Samples.summary(pool, backend))
                .toArray(RequestSummary[]::new);
        for (RequestSummary summary : summaries) {
            told(summary);
        }
    }

    /** All that the meters are told of a pinned request on connections that were there. */
    private void told(RequestSummary summary) {
        meters.connection(Side.CLIENT, ConnectionState.IDLE, -1);
        meters.connection(Side.CLIENT, ConnectionState.ACTIVE, 1);
        meters.routed(pool, Decision.PINNED, "header:x-session-id");
        meters.finished(summary);
        meters.connection(Side.CLIENT, ConnectionState.ACTIVE, -1);
        meters.connection(Side.CLIENT, ConnectionState.IDLE, 1);
    }

    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public void request() {
        next = next + 1 == backends ? 0 : next + 1;
        told(summaries[next]);
    }

    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public String scrape() {
        return registry.scrape();
    }
}
