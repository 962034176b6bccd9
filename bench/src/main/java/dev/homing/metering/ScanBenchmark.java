// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to look into a streamed answer while it passes, a chunk of which is one event, as engines send a token. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@NullUnmarked // JMH fills in the fields
public class ScanBenchmark {

    private static final String EVENT =
            "data: {\"id\":\"chatcmpl-4f1c2b7e9ffe4c3b8a1d\",\"object\":\"chat.completion.chunk\","
                    + "\"created\":1753142400,\"model\":\"demo-8b\",\"choices\":[%s]%s}\n\n";

    private final ByteBuf role = event(choice("\"role\":\"assistant\",\"content\":\"\""), "");
    private final ByteBuf token = event(choice("\"content\":\" pigeon\""), "");
    private final ByteBuf usage = event(
            "",
            ",\"usage\":{\"prompt_tokens\":23456,\"total_tokens\":23777,\"completion_tokens\":321,"
                    + "\"prompt_tokens_details\":{\"cached_tokens\":23000}}");
    private UsageScanner scanner;

    @Setup
    public void prepare() {
        scanner = scanner();
        read(role);
        read(token);
        if (!scanner.contentSeen()) {
            throw new IllegalStateException("contentSeen: false (expected: true)");
        }
    }

    /** One token behind the first: nearly all there are. */
    @Benchmark
    public boolean token() {
        read(token);
        return scanner.contentSeen();
    }

    /** All but those: the scanner itself, the role, the first token and the usage. */
    @Benchmark
    public @Nullable Usage ends() {
        scanner = scanner();
        read(role);
        read(token);
        read(usage);
        return scanner.usage();
    }

    private void read(ByteBuf chunk) {
        scanner.payload(chunk, chunk.readerIndex(), chunk.readableBytes());
    }

    private static UsageScanner scanner() {
        return UsageScanner.forResponse("POST", "/v1/chat/completions", 200, "text/event-stream", null);
    }

    private static String choice(String delta) {
        return "{\"index\":0,\"delta\":{" + delta + "},\"logprobs\":null,\"finish_reason\":null}";
    }

    /** In memory outside the heap, as what comes from a socket. */
    private static ByteBuf event(String choices, String more) {
        byte[] bytes = EVENT.formatted(choices, more).getBytes(StandardCharsets.UTF_8);
        return Unpooled.directBuffer(bytes.length).writeBytes(bytes);
    }
}
