// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.homing.demo.EngineSettings;
import dev.homing.demo.FakeEngine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ReplicaCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void itSaysWhatItIsInOneLineAndStopsWhenTold() throws InterruptedException {
        AtomicInteger code = new AtomicInteger(-1);
        Thread command = new Thread(() -> code.set(run(
                "--listen",
                "127.0.0.1:0",
                "--dialect",
                "vllm",
                "--slots",
                "2",
                "--cache-tokens",
                "4M",
                "--prefill",
                "20k",
                "--load-time",
                "10ms")));
        command.start();
        await().until(() -> out.toString().endsWith("\n"));
        assertThat(out.toString())
                .matches("replica \\(vllm\\) listens on http://127.0.0.1:\\d+: 2 slots, cache of 4000000 tokens, "
                        + "prefill 20000 tokens/s, decode 50 tokens/s\\R");
        command.interrupt();
        command.join(10_000);
        assertThat(code).hasValue(0);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aPortInUseIsOneLineAndExit1() {
        try (FakeEngine taken = FakeEngine.start(EngineSettings.llamaServer())) {
            assertThat(run("--listen", "127.0.0.1:" + taken.address().getPort()))
                    .isEqualTo(1);
        }
        assertThat(err.toString())
                .startsWith("homing replica: cannot listen on ")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--slots=0", "--dialect=other", "--cache-tokens=many", "--load-time=2", "--listen=nowhere"})
    void badUsageIsExit2(String option) {
        assertThat(run(option)).isEqualTo(2);
        assertThat(err.toString()).contains("expected: ");
    }

    @ParameterizedTest
    @CsvSource({"4096,4096", "64k,64000", "4M,4000000", "1g,1000000000", "9223372036g,9223372036000000000"})
    void countsMayBeThousandsAndMillions(String text, long value) {
        assertThat(new Quantities.Count().convert(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5k", "k", "4096x", "1000000000000", "9223372037g"})
    void aCountThatIsNoneOrTooLargeIsRefused(String text) {
        assertThatThrownBy(() -> new Quantities.Count().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'" + text + "' (expected: a number such as 4096, 64k or 4M)");
    }

    private int run(String... args) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(
                        Stream.concat(Stream.of("replica"), Arrays.stream(args)).toArray(String[]::new));
    }
}
