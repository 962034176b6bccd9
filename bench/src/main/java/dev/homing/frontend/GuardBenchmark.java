// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.bench.Samples;
import dev.homing.config.Limits;
import dev.homing.exchange.ProxyError;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to see that a request of HTTP/1.1 can be read in one way only. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@NullUnmarked // JMH fills in the fields
public class GuardBenchmark {

    private final HttpRequest request = Samples.request();
    private final Limits limits = new Limits(8 * 1024, 32 * 1024, 100, 256L << 20, 1 << 20, 0);

    @Benchmark
    public @Nullable ProxyError check() {
        return FramingGuard.check(request, limits);
    }
}
