// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulateCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void everyPolicyIsOneObjectOfJson() throws Exception {
        Path trace = trace("talk", 40);

        assertThat(run(trace.toString(), "--json")).isZero();

        JsonNode rows = new ObjectMapper().readTree(out.toString());
        assertThat(rows.findValuesAsText("policy"))
                .containsExactly(
                        "round_robin",
                        "least_inflight",
                        "rendezvous",
                        "load_aware",
                        "load_aware+relief",
                        "load_aware+prefix",
                        "oracle");
        for (JsonNode row : rows) {
            assertThat(row.fieldNames())
                    .toIterable()
                    .contains(
                            "trace",
                            "backends",
                            "policy",
                            "event",
                            "requests",
                            "cached_ratio",
                            "ttft_p50_s",
                            "ttft_p95_s",
                            "ttft_p99_s",
                            "inflight_imbalance",
                            "sessions_moved");
            assertThat(row.get("trace").textValue()).isEqualTo("talk");
            assertThat(row.get("backends").intValue()).isEqualTo(4);
            assertThat(row.get("event").textValue()).isEqualTo("none");
            assertThat(row.get("requests").intValue()).isBetween(100, 200);
            assertThat(row.get("cached_ratio").doubleValue()).isBetween(0.0, 1.0);
            assertThat(row.get("ttft_p50_s").doubleValue())
                    .isPositive()
                    .isLessThanOrEqualTo(row.get("ttft_p95_s").doubleValue());
        }
        assertThat(rows.get(2).get("cached_ratio").doubleValue())
                .isGreaterThan(rows.get(0).get("cached_ratio").doubleValue());
        assertThat(err.toString()).as("no bar where nobody sees it").isEmpty();
    }

    @Test
    void optionsSayWhatIsReplayedAgainstWhat() throws Exception {
        Path one = trace("one", 20);
        Path two = trace("two", 10);

        assertThat(run(
                        one.toString(),
                        two.toString(),
                        "--backends=3",
                        "--cache-tokens=64k",
                        "--policy=rendezvous,load_aware+relief",
                        "--slack=1k",
                        "--relief=2.5",
                        "--copies=2",
                        "--seed=7",
                        "--event=fail"))
                .isZero();

        assertThat(out.toString())
                .contains("one: 200 requests (2 copies) on 3 backends, caches of 64,000 tokens, seed 7")
                .contains("two: 100 requests (2 copies) on 3 backends")
                .contains("counted: the 5 minutes after one backend was lost")
                .contains("load_aware+relief")
                .doesNotContain("round_robin");
        assertThat(out.toString().lines().filter(line -> line.startsWith("rendezvous")))
                .hasSize(2);
    }

    @Test
    void theSameCommandPrintsTheSame() throws Exception {
        String trace = trace("talk", 30).toString();
        run(trace);
        String once = out.toString();
        out.getBuffer().setLength(0);
        run(trace);

        assertThat(out).hasToString(once);
    }

    @Test
    void aBadTraceIsOneLineAndExit2() throws Exception {
        Path trace = Files.writeString(folder.resolve("bad.jsonl"), "{\"t_ms\":1}\n");

        assertThat(run(trace.toString())).isEqualTo(2);
        assertThat(err)
                .hasToString("homing simulate: " + trace + ":1: input_tokens: missing"
                        + " (expected: a number from 1 to 100000000)"
                        + System.lineSeparator());
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void allTracesAreReadBeforeOneIsReplayed() throws Exception {
        assertThat(run(trace("talk", 5).toString(), folder.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("none: no such file (expected: a trace)");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "--backends=0, backends",
        "--backends=1001, backends",
        "--cache-tokens=many, 'many'",
        "--policy=best, 'best' (expected: round_robin",
        "--event=flood, 'flood' (expected: none",
        "--relief=0, relief: 0.0 (expected: > 0)",
        "--relief=NaN, relief: NaN",
        "--copies=0, copies: 0 (expected: 1 to 1000)",
        "--slack=-1, '-1'",
        "--seed=x, seed",
        "--event=fail --backends=1, backends: 1 (expected: > 1"
    })
    void badUsageIsExit2(String options, String message) throws Exception {
        String[] arguments = (trace("talk", 2) + " " + options).split(" ");

        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"restart", "scaleout", "FAIL"})
    void eventsAreNamedInTheJson(String event) throws Exception {
        assertThat(run(trace("talk", 40).toString(), "--event", event, "--json", "--policy", "load_aware"))
                .isZero();

        JsonNode rows = new ObjectMapper().readTree(out.toString());
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).get("event").textValue()).isEqualToIgnoringCase(event);
    }

    @Test
    void withoutATraceItIsBadUsage() {
        assertThat(run()).isEqualTo(2);
    }

    private int run(String... arguments) {
        String[] all = IntStream.range(-1, arguments.length)
                .mapToObj(i -> i < 0 ? "simulate" : arguments[i])
                .toArray(String[]::new);
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }

    /** Sessions of five turns over ten minutes; each adds two blocks to the history. */
    private Path trace(String name, int sessions) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder lines = new StringBuilder();
        for (int session = 0; session < sessions; session++) {
            long millis = random.nextLong(500_000);
            for (int turn = 1; turn <= 5; turn++) {
                int first = session * 100;
                String blocks = IntStream.range(first, first + 2 * turn)
                        .mapToObj(String::valueOf)
                        .reduce((a, b) -> a + "," + b)
                        .orElseThrow();
                lines.append(
                        "{\"t_ms\":%d,\"session\":\"s%d\",\"turn\":%d,\"input_tokens\":%d,\"output_tokens\":50,\"blocks\":[%s]}\n"
                                .formatted(millis, session, turn, 1024 * turn, blocks));
                millis += random.nextLong(5_000, 30_000);
            }
        }
        return Files.writeString(folder.resolve(name + ".jsonl"), lines);
    }
}
