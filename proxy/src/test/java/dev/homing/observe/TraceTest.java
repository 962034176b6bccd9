// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose trace a request is part of, by the {@code traceparent} that its client sent. */
class TraceTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";
    private static final String SOUND = "00-" + TRACE + "-" + PARENT + "-01";

    private static Trace of(String... traceparents) {
        AtomicLong ids = new AtomicLong();
        return Trace.of(List.of(traceparents), ids::incrementAndGet);
    }

    private static LongSupplier numbers(long... numbers) {
        var rest = Arrays.stream(numbers).iterator();
        return rest::nextLong;
    }

    @Test
    void aSoundOneIsGoneOnWithUnderASpanOfHomingsOwn() {
        Trace trace = of(SOUND);

        assertThat(trace.continued()).isTrue();
        assertThat(trace.traceId()).isEqualTo(TRACE);
        assertThat(Trace.hex(trace.parent())).isEqualTo(PARENT);
        assertThat(trace.traceparent()).isEqualTo("00-" + TRACE + "-0000000000000001-01");
    }

    @ParameterizedTest
    @CsvSource({
        "00-TRACE-PARENT-00, false, 00",
        "00-TRACE-PARENT-01, true, 01",
        "00-TRACE-PARENT-02, false, 02",
        "00-TRACE-PARENT-03, true, 03",
        "00-TRACE-PARENT-ff, true, 03",
        "00-TRACE-PARENT-fc, false, 00",
        "01-TRACE-PARENT-01, true, 01",
        "01-TRACE-PARENT-01-, true, 01",
        "cc-TRACE-PARENT-01-what-the-future-will-be-like, true, 01",
        "fe-TRACE-PARENT-00-FF, false, 00",
    })
    void flagsThatAreKnownAreSentOnWhateverTheVersion(String sent, boolean sampled, String flags) {
        Trace trace = of(sent.replace("TRACE", TRACE).replace("PARENT", PARENT));

        assertThat(trace.continued()).isTrue();
        assertThat(trace.sampled()).isEqualTo(sampled);
        assertThat(trace.traceparent()).startsWith("00-" + TRACE + "-").endsWith("-" + flags);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-TRACE-PARENT",
                "00-TRACE-PARENT-",
                "00-TRACE-PARENT-1",
                "00-TRACE-PARENT-01-",
                "00-TRACE-PARENT-01-00",
                "00-TRACE-PARENT-01 ",
                " 00-TRACE-PARENT-01",
                "00-TRACE-PARENT-0x",
                "00-TRACE-PARENT-+1",
                "0-TRACE-PARENT-01",
                "0g-TRACE-PARENT-01",
                "ff-TRACE-PARENT-01",
                "FE-TRACE-PARENT-01",
                "01-TRACE-PARENT-01.",
                "01-TRACE-PARENT-010",
                "00_TRACE-PARENT-01",
                "00-TRACE_PARENT-01",
                "00-TRACE-PARENT_01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-PARENT-01",
                "00-TRACE-00F067AA0BA902B7-01",
                "00-00000000000000000000000000000000-PARENT-01",
                "00-TRACE-0000000000000000-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473-PARENT-01x",
                "00-TRACE-00f067aa0ba902-b7-01",
                "00-TRACE-00f067aa0ba902b\u0660-01",
            })
    void anyOtherIsNotAndATraceBeginsHere(String sent) {
        Trace trace = of(sent.replace("TRACE", TRACE).replace("PARENT", PARENT));

        assertThat(trace.continued()).isFalse();
        assertThat(trace.sampled()).isTrue();
        assertThat(trace.traceparent())
                .as("with ids that are random as a whole, which a flag says")
                .isEqualTo("00-00000000000000010000000000000002-0000000000000003-03");
    }

    @Test
    void aTraceOfWhichOneHalfIsZerosIsSound() {
        assertThat(of("00-0000000000000000a3ce929d0e0e4736-" + PARENT + "-01").continued())
                .isTrue();
        assertThat(of("00-4bf92f3577b34da60000000000000000-" + PARENT + "-01").continued())
                .isTrue();
    }

    @Test
    void noneOrSeveralBeginATraceToo() {
        assertThat(of().continued()).isFalse();
        assertThat(of(SOUND, SOUND).continued()).isFalse();
        assertThat(of(SOUND, "").continued()).isFalse();
    }

    @Test
    void noIdIsZero() {
        assertThat(Trace.of(List.of(), numbers(0, 0, 7, 0, 8)).traceparent())
                .isEqualTo("00-00000000000000000000000000000007-0000000000000008-03");
        assertThat(Trace.of(List.of(SOUND), numbers(0, 0, 9)).traceparent())
                .isEqualTo("00-" + TRACE + "-0000000000000009-01");
        assertThat(Trace.of(List.of(), numbers(-1, -1, -1)).traceparent())
                .isEqualTo("00-" + "f".repeat(32) + "-" + "f".repeat(16) + "-03");
    }

    /** Whatever is changed in a sound one, what homing sends on is sound. */
    @Test
    void whatIsSentOnIsSoundWhateverCame() {
        List<String> unsound = new ArrayList<>();
        for (int at = 0; at < SOUND.length(); at++) {
            for (char c = ' '; c <= '~'; c++) {
                String sent = SOUND.substring(0, at) + c + SOUND.substring(at + 1);
                String passed = of(sent).traceparent();
                if (!passed.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]")
                        || !of(passed).continued()) {
                    unsound.add(sent);
                }
            }
        }
        assertThat(unsound).isEmpty();
    }
}
