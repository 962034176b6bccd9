// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.metering.Usage;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Origin;
import dev.homing.observe.RequestSummary.Route;
import dev.homing.observe.RequestSummary.Timing;
import dev.homing.observe.RequestSummary.Tokens;
import dev.homing.observe.RequestSummary.Traffic;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.Mix64;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SessionKey;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
        List<Backend> all = IntStream.range(0, backends)
                .mapToObj(i -> new Backend(i, "gpu-" + i, Mix64.hashId("gpu-" + i), 1, BackendState.READY, true))
                .toList();
        pool = new Pool(0, "default", all, PlacementRules.loadAware(16_384));
        meters.table(new RoutingTable(List.of(pool), new RouteMatcher(List.of())));
        summaries = all.stream().map(this::summary).toArray(RequestSummary[]::new);
        for (RequestSummary summary : summaries) {
            told(summary);
        }
    }

    private RequestSummary summary(Backend backend) {
        return new RequestSummary(
                new Origin(null, new SessionKey(0x0123456789abcdefL), "header:x-session-id"),
                new Route(pool, backend, Decision.PINNED),
                Ending.whole(200),
                new Timing(2_345_678_901L, 234_567_890L),
                new Tokens(true, new Usage(23_456, 23_000, 321)),
                new Traffic(98_765, 45_678, 0));
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
