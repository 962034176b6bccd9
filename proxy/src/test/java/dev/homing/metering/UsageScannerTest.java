// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageScannerTest {

    static List<SampleAnswer> samples() {
        return SampleAnswer.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void usageIsReadFromTheWholeBody(SampleAnswer sample) {
        UsageScanner scanner = sample.scanner();

        feed(scanner, sample.bytes());

        assertThat(scanner.usage()).isEqualTo(sample.usage());
        assertThat(scanner.contentSeen()).isEqualTo(sample.beforeContent() != null);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aCutAtAnyByteChangesNothing(SampleAnswer sample) {
        byte[] bytes = sample.bytes();
        ByteBuf buf = Unpooled.wrappedBuffer(bytes);
        for (int cut = 0; cut <= bytes.length; cut++) {
            UsageScanner scanner = sample.scanner();

            scanner.payload(buf, 0, cut);
            scanner.payload(buf, cut, bytes.length - cut);

            assertThat(scanner.usage()).as("cut at %d", cut).isEqualTo(sample.usage());
            assertThat(scanner.contentSeen()).as("cut at %d", cut).isEqualTo(sample.beforeContent() != null);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void partsOfAnyOneLengthChangeNothing(SampleAnswer sample) {
        byte[] bytes = sample.bytes();
        ByteBuf buf = Unpooled.wrappedBuffer(bytes);
        for (int length = 1; length < 40; length++) {
            UsageScanner scanner = sample.scanner();

            for (int i = 0; i < bytes.length; i += length) {
                scanner.payload(buf, i, Math.min(length, bytes.length - i));
            }

            assertThat(scanner.usage()).as("parts of %d", length).isEqualTo(sample.usage());
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void contentIsSeenWithItsFirstByteAndNotBefore(SampleAnswer sample) {
        byte[] bytes = sample.bytes();
        int first = sample.beforeContent() == null
                ? bytes.length
                : sample.beforeContent().getBytes(UTF_8).length;
        ByteBuf buf = Unpooled.wrappedBuffer(bytes);
        UsageScanner scanner = sample.scanner();

        for (int i = 0; i < bytes.length; i++) {
            scanner.payload(buf, i, 1);
            assertThat(scanner.contentSeen()).as("after byte %d", i).isEqualTo(i >= first);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void anyBufferIsReadWithoutATrace(SampleAnswer sample) {
        byte[] bytes = sample.bytes();
        ByteBuf direct = Unpooled.directBuffer().writeZero(7).writeBytes(bytes).writeZero(3);
        CompositeByteBuf composite = Unpooled.compositeBuffer();
        for (int i = 0; i < bytes.length; i += 97) {
            composite.addComponent(true, Unpooled.copiedBuffer(bytes, i, Math.min(97, bytes.length - i)));
        }
        direct.readerIndex(3);
        UsageScanner ofDirect = sample.scanner();
        UsageScanner ofComposite = sample.scanner();

        ofDirect.payload(direct, 7, bytes.length);
        ofComposite.payload(composite, 0, bytes.length);

        assertThat(ofDirect.usage()).isEqualTo(sample.usage());
        assertThat(ofComposite.usage()).isEqualTo(sample.usage());
        assertThat(List.of(direct.readerIndex(), direct.writerIndex(), direct.refCnt()))
                .containsExactly(3, bytes.length + 10, 1);
        assertThat(direct.release()).isTrue();
        assertThat(composite.release()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aBodyThatBreaksOffNeverTellsMoreThanItSaid(SampleAnswer sample) {
        byte[] bytes = sample.bytes();
        ByteBuf buf = Unpooled.wrappedBuffer(bytes);
        int lastBrace = sample.body().lastIndexOf('}');
        for (int length = 0; length <= lastBrace; length++) {
            UsageScanner scanner = sample.scanner();

            scanner.payload(buf, 0, length);

            Usage partial = scanner.usage();
            if (!sample.contentType().startsWith("text/event-stream")) {
                assertThat(partial).as("first %d bytes", length).isNull();
            } else if (partial != null && sample.usage() != null) {
                assertThat(partial.completionTokens())
                        .isLessThanOrEqualTo(sample.usage().completionTokens());
                assertThat(partial.promptTokens()).isEqualTo(sample.usage().promptTokens());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "{",
                "}",
                "]",
                "\"",
                "nul",
                "nulx",
                "{\"usage\":{\"prompt_tokens\":5]}",
                "{\"usage\":{\"prompt_tokens\":5 \"completion_tokens\":2}}",
                "{\"usage\":{\"prompt_tokens\" 5}}",
                "{\"usage\":{prompt_tokens:5}}",
                "{\"usage\":{,\"prompt_tokens\":5}}",
                "{\"usage\" \"x\":{\"prompt_tokens\":5}}",
                "{\"usage\":{\"prompt_tokens\":5",
                "{\"usage\":{\"prompt_tokens\":5}",
                "{\"usage\":{\"prompt_tokens\":\"5\"}}",
                "{\"usage\":{\"prompt_tokens\":-5}}",
                "{\"usage\":{\"prompt_tokens\":5.5}}",
                "{\"usage\":{\"prompt_tokens\":5e3}}",
                "{\"usage\":{\"prompt_tokens\":null}}",
                "{\"usage\":{\"prompt_tokens\":{\"a\":5}}}",
                "{\"usage\":{\"prompt_tokens\":[5]}}",
                "{\"usage\":[{\"prompt_tokens\":5}]}",
                "{\"usage\":{\"prompt_tokens\":9999999999999999}}",
                "{\"usage\":{\"prompt_tokens_and_more_of_them_than_any_key_may_have\":5}}",
                "{\"usage\":{\"prompt_token\":5,\"prompt_tokenss\":6}}",
                "{\"x\":{\"usage\":{\"prompt_tokens\":5}}}",
                "[{\"usage\":{\"prompt_tokens\":5}}]",
                "{\"timings\":{\"prompt_n\":5,\"predicted_n\":2}}",
                "\u0000\u0001\u0002",
            })
    void whatIsNoUsageTellsNone(String body) {
        UsageScanner whole = chat("application/json");
        UsageScanner stream = chat("text/event-stream");

        feed(whole, body.getBytes(UTF_8));
        feed(stream, ("data: " + body + "\n\ndata: [DONE]\n\n").getBytes(UTF_8));

        assertThat(whole.usage()).isNull();
        assertThat(stream.usage()).isNull();
    }

    /** It is read some thousand bytes at a time: an escape, a key and a number pass every place where that may end. */
    @Test
    void whereUsageStandsInALongPartDoesNotMatter() {
        for (int length = 0; length < 2100; length++) {
            UsageScanner scanner = chat("application/json");
            String text = "x".repeat(length % 2) + "\\\"".repeat(length / 2);

            feed(
                    scanner,
                    ("{\"a\":\"" + text + "\",\"usage\":{\"prompt_tokens\":290,\"completion_tokens\":12}}")
                            .getBytes(UTF_8));

            assertThat(scanner.usage()).as("behind %d bytes", length).isEqualTo(new Usage(290, Usage.UNKNOWN, 12));
        }
    }

    @Test
    void aMillionDigitsAndAMillionBracketsAreBorne() {
        UsageScanner digits = chat("application/json");
        UsageScanner brackets = chat("application/json");

        feed(digits, ("{\"usage\":{\"prompt_tokens\":" + "9".repeat(1_000_000) + "}}").getBytes(UTF_8));
        feed(brackets, ("{\"a\":" + "[".repeat(1_000_000)).getBytes(UTF_8));

        assertThat(digits.usage()).isNull();
        assertThat(brackets.usage()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"63, true", "64, false"})
    void nestingIsFollowedDownToItsBound(int levels, boolean read) {
        UsageScanner scanner = chat("application/json");
        String deep = "[".repeat(levels) + "]".repeat(levels);

        feed(scanner, ("{\"a\":" + deep + ",\"usage\":{\"prompt_tokens\":5}}").getBytes(UTF_8));

        assertThat(scanner.usage() != null).isEqualTo(read);
    }

    @Test
    void aBrokenEventLeavesNothingBehind() {
        UsageScanner scanner = chat("text/event-stream");

        feed(
                scanner,
                "data: {\"usage\":{\"prompt_tokens\":5,\ndata: {\"usage\":{\"completion_tokens\":2}}\n\n"
                        .getBytes(UTF_8));

        assertThat(scanner.usage()).isNull();
    }

    @Test
    void onlyDataLinesAreRead() {
        UsageScanner scanner = chat("text/event-stream");
        String usage = "{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n";

        feed(
                scanner,
                (": " + usage + "event: " + usage + "dat: " + usage + "xdata: " + usage + " data: " + usage + usage)
                        .getBytes(UTF_8));
        assertThat(scanner.usage()).isNull();

        feed(scanner, ("data:\t " + usage).getBytes(UTF_8));
        assertThat(scanner.usage()).isEqualTo(new Usage(5, Usage.UNKNOWN, 2));
    }

    @Test
    void moreCachedTokensThanPromptAreNotBelieved() {
        UsageScanner scanner = chat("application/json");

        feed(
                scanner,
                "{\"usage\":{\"prompt_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":6}}}".getBytes(UTF_8));

        assertThat(scanner.usage()).isEqualTo(new Usage(5, Usage.UNKNOWN, 0));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "POST, /v1/chat/completions,            200, application/json,                -,        true,  true",
                "POST, /v1/chat/completions?a=/b,       200, Application/JSON ;charset=utf-8, identity, true,  true",
                "POST, /api/chat/completions,           299, text/event-stream,               Identity, true,  true",
                "POST, /v1/messages,                    200, text/event-stream;charset=utf-8, -,        true,  true",
                "POST, /v1/responses,                   200, text/event-stream,               -,        true,  true",
                "POST, /infill,                         200, text/event-stream,               -,        true,  true",
                "POST, /v1/chat/completions,            200, application/json,                gzip,     true,  false",
                "POST, /v1/chat/completions,            200, text/plain,                      -,        true,  false",
                "POST, /v1/chat/completions,            200, -,                               -,        true,  false",
                "POST, /v1/chat/completions,            400, application/json,                -,        false, false",
                "POST, /v1/chat/completions,            199, application/json,                -,        false, false",
                "POST, /v1/chat/completions,            300, application/json,                -,        false, false",
                "GET,  /v1/chat/completions,            200, application/json,                -,        false, false",
                "POST, /v1/chat/completions/control,    200, application/json,                -,        false, false",
                "POST, /v1/messages/count_tokens,       200, application/json,                -,        false, false",
                "POST, /v1/embeddings,                  200, application/json,                -,        false, false",
                "POST, /tokenize?x=/v1/chat/completions, 200, application/json,               -,        false, false",
            })
    void onlyReadableAnswersOfGenerationsHaveAScanner(
            String method,
            String path,
            int status,
            @Nullable String type,
            @Nullable String encoding,
            boolean expected,
            boolean scanned) {
        assertThat(UsageScanner.expected(method, path, status)).isEqualTo(expected);
        assertThat(UsageScanner.forResponse(method, path, status, type, encoding) != null)
                .isEqualTo(scanned);
    }

    @Test
    void aNumberThatTheSearchOfAStreamWouldMissIsNoPath() {
        assertThatThrownBy(() -> Dialect.tree(Map.of("meta.prompt_tokens", Field.PROMPT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("path: meta.prompt_tokens (expected: under usage or timings)");
    }

    @Test
    void aTokenCostsNoAllocation() {
        UsageScanner scanner = chat("text/event-stream");
        ByteBuf event = Unpooled.copiedBuffer(
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a \\\"usage\\\" \"}}],\"usage\":{\"prompt_tokens\":5}}\n\n",
                UTF_8);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        feedTwice(scanner, event, 20_000);

        long before = threads.getThreadAllocatedBytes(self);
        feedTwice(scanner, event, 20_000);
        long allocated = threads.getThreadAllocatedBytes(self) - before;

        assertThat(allocated).isLessThan(20_000);
    }

    private static void feedTwice(UsageScanner scanner, ByteBuf event, int times) {
        int length = event.readableBytes();
        for (int i = 0; i < times; i++) {
            scanner.payload(event, 0, length / 2);
            scanner.payload(event, length / 2, length - length / 2);
            scanner.payload(event, 0, length);
        }
    }

    private static UsageScanner chat(String contentType) {
        UsageScanner scanner = UsageScanner.forResponse("POST", "/v1/chat/completions", 200, contentType, null);
        assertThat(scanner).isNotNull();
        return scanner;
    }

    private static void feed(UsageScanner scanner, byte[] bytes) {
        scanner.payload(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    }
}
