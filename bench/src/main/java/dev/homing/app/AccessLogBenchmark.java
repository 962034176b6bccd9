// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.bench.Samples;
import dev.homing.config.Telemetry.Format;
import dev.homing.exchange.RequestHead;
import dev.homing.observe.AccessEntry;
import dev.homing.observe.AccessLine;
import dev.homing.observe.AccessLog;
import dev.homing.observe.LineBuffer;
import dev.homing.observe.RequestSummary;
import dev.homing.routing.Pool;
import java.util.ArrayList;
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

/** What a line of the access log costs: the event loop that hands its request over, and the log's own thread that puts it into words. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime) // its median is what other programs on the machine disturb least
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 6, time = 1)
@NullUnmarked // JMH fills in the fields
public class AccessLogBenchmark {

    private final LossyBuffer<AccessEntry> buffer = new LossyBuffer<>(AccessLogWriter.ROOM, () -> {});
    private final List<AccessEntry> taken = new ArrayList<>();
    private AccessLog log;
    private RequestHead head;
    private RequestSummary summary;

    /** The log's thread. */
    @State(Scope.Thread)
    public static class Words {

        @Param({"JSON", "LOGFMT"})
        public Format format;

        private final LineBuffer text = new LineBuffer();
        private AccessLine line;
        private AccessEntry entry;

        @Setup
        public void prepare(AccessLogBenchmark request) {
            line = new AccessLine(format, text, 1);
            AccessLog log = new AccessLog(System::currentTimeMillis);
            log.to(one -> entry = one);
            log.ended(request.head, request.summary);
        }
    }

    @Setup
    public void prepare() {
        log = new AccessLog(System::currentTimeMillis);
        log.to(buffer::add);
        head = Samples.head();
        Pool pool = Samples.pool(1);
        summary = Samples.summary(pool, pool.backends().get(0));
    }

    /** On an event loop, and the thread's taking it. */
    @Benchmark
    public int handOver() {
        log.ended(head, summary);
        buffer.take(taken, 1);
        int count = taken.size();
        taken.clear();
        return count;
    }

    /** The same while there is no log. */
    @Benchmark
    public void none(Silence silence) {
        silence.log.ended(head, summary);
    }

    @Benchmark
    public int words(Words words) {
        words.line.add(words.entry);
        int length = words.text.length();
        words.text.clear();
        return length;
    }

    /** A log that goes nowhere. */
    @State(Scope.Thread)
    public static class Silence {

        private final AccessLog log = new AccessLog(System::currentTimeMillis);
    }
}
