// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceReaderTest {

    private static final String GOOD =
            "{\"t_ms\":5,\"session\":\"a\",\"turn\":1,\"input_tokens\":1000,\"output_tokens\":7,\"blocks\":[900,17]}\n";

    @TempDir
    private Path folder;

    @Test
    void aLineIsARequest() throws Exception {
        Trace trace = read(
                "t.jsonl",
                GOOD
                        + "\n{\"t_ms\": 9, \"more\": {\"x\": [1, {}]}, \"session\": 42, \"turn\": 2, \"input_tokens\": 1500,"
                        + " \"output_tokens\": 0, \"blocks\": [900, 17, 3]}\n");

        assertThat(trace.name()).isEqualTo("t");
        assertThat(trace.requests()).extracting(Trace.Request::session).containsExactly("a", "42");
        assertThat(trace.requests()).extracting(Trace.Request::millis).containsExactly(5L, 9L);
        assertThat(trace.requests()).extracting(Trace.Request::turn).containsExactly(1L, 2L);
        Prompt second = trace.requests().get(1).prompt();
        assertThat(second.tokens()).isEqualTo(1500);
        assertThat(second.outputTokens()).isZero();
        assertThat(second.blocks()).as("renumbered").containsExactly(0, 1, 2);
        assertThat(trace.blockCount()).isEqualTo(3);
        assertThat(trace.blockTokens()).as("a power of two that covers all").isEqualTo(512);
    }

    @Test
    void gzipIsSeenByItsContent() throws Exception {
        Path file = folder.resolve("t.jsonl");
        Files.write(file, gzip(GOOD));

        assertThat(TraceReader.read(file).requests()).hasSize(1);
    }

    @Test
    void requestsAreOrderedByTime() throws Exception {
        Trace trace = read("t.jsonl", GOOD + GOOD.replace("\"t_ms\":5", "\"t_ms\":4"));

        assertThat(trace.requests()).extracting(Trace.Request::millis).containsExactly(4L, 5L);
    }

    @Test
    void theFileBesideItTellsOfBlocks() throws Exception {
        Files.writeString(
                folder.resolve("t.meta.json"), "{\n \"block_tokens\": 640,\n \"shared_block_ids\": [17, 4711]\n}");
        Path file = folder.resolve("t.jsonl.gz");
        Files.write(file, gzip(GOOD));

        Trace trace = TraceReader.read(file);

        assertThat(trace.name()).isEqualTo("t");
        assertThat(trace.blockTokens()).isEqualTo(640);
        assertThat(trace.sharedBlocks()).containsExactly(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"block_tokens": 0}                                | block_tokens: 0 (expected: a number from 1 to 100000000)
            {"shared_block_ids": [1]}                          | block_tokens: missing (expected: a number from 1 to 100000000)
            {"block_tokens": 9, "shared_block_ids": "0"}       | shared_block_ids: '0' (expected: a list of whole numbers)
            {"block_tokens": 9                                 | Unexpected end-of-input
            """)
    void aBadFileBesideItIsToldOf(String meta, String message) throws Exception {
        Files.writeString(folder.resolve("t.meta.json"), meta);

        assertThatThrownBy(() -> read("t.jsonl", GOOD))
                .isInstanceOf(BadTrace.class)
                .hasMessageStartingWith(folder.resolve("t.meta.json") + ": " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            hello                                  | Unrecognized token 'hello'
            [1]                                    | found '[1]' (expected: a JSON object)
            {} {}                                  | more than one JSON object (expected: one a line)
            {"t_ms":5                              | Unexpected end-of-input
            {"t_ms":"x","input_tokens":1}          | blocks: missing (expected: a list of whole numbers)
            {"t_ms":1,"input_tokens":0}            | input_tokens: 0 (expected: a number from 1 to 100000000)
            {"t_ms":1,"input_tokens":-3}           | input_tokens: -3 (expected: a number from 1 to 100000000)
            {"t_ms":1,"input_tokens":"7"}          | input_tokens: '7' (expected: a number from 1 to 100000000)
            {"t_ms":1,"input_tokens":true}         | input_tokens: a boolean (expected: a number from 1 to 100000000)
            {"t_ms":1,"input_tokens":1e300}        | input_tokens: 1.0E300 (expected: a number from 1 to 100000000)
            {"t_ms":1,"input_tokens":100000001}    | input_tokens: 100000001 (expected: a number from 1 to 100000000)
            {"input_tokens":1,"blocks":[1,"x"]}    | blocks[1]: 'x' (expected: a whole number, 0 or more)
            {"input_tokens":1,"blocks":[-1]}       | blocks[0]: '-1' (expected: a whole number, 0 or more)
            {"input_tokens":1,"blocks":[99999999999999999999]} | blocks[0]: '99999999999999999999' (expected: a whole number, 0 or more)
            {"input_tokens":1,"blocks":{}}         | blocks: an object (expected: a list of whole numbers)
            {"input_tokens":1,"blocks":[1],"session":[1]} | session: a list (expected: a string)
            {"input_tokens":1,"blocks":[1],"output_tokens":1,"t_ms":-1} | t_ms: -1 (expected: a number from 0 to 3155760000000)
            {"input_tokens":1,"blocks":[1],"output_tokens":1,"t_ms":"x"} | t_ms: 'x' (expected: a number from 0 to 3155760000000)
            {"input_tokens":1,"blocks":[1],"output_tokens":1,"t_ms":3155760000001} | t_ms: 3155760000001 (expected: a number from 0 to 3155760000000)
            {"input_tokens":1,"blocks":[1],"output_tokens":1,"t_ms":1,"turn":"a"} | turn: 'a' (expected: a number from 0 to 2147483647)
            {"input_tokens":1,"blocks":[1],"output_tokens":null,"t_ms":1} | output_tokens: missing (expected: a number from 0 to 100000000)
            """)
    void aBadLineIsToldWithFileAndNumber(String line, String message) {
        assertThatThrownBy(() -> read("t.jsonl", GOOD + "\n" + line + "\n" + GOOD))
                .isInstanceOf(BadTrace.class)
                .hasMessageStartingWith(folder.resolve("t.jsonl") + ":3: " + message)
                .message()
                .contains("(expected: ")
                .doesNotContain("\n");
    }

    @Test
    void aFileThatIsNoTraceIsToldOf() throws Exception {
        assertThatThrownBy(() -> read("t.jsonl", "{\"a\": 1}\n"))
                .hasMessage(folder.resolve("t.jsonl")
                        + ":1: neither t_ms nor time (expected: a request of a trace, or of" + " homing's access log)");
        assertThatThrownBy(() -> read("empty.jsonl", "\n\n"))
                .hasMessage(folder.resolve("empty.jsonl") + ": no requests (expected: at least one)");
        assertThatThrownBy(() -> TraceReader.read(folder.resolve("none.jsonl")))
                .isInstanceOf(BadTrace.class)
                .hasMessage(folder.resolve("none.jsonl") + ": no such file (expected: a trace)");
        assertThatThrownBy(() -> TraceReader.read(folder)).isInstanceOf(BadTrace.class);
    }

    @Test
    void aTornGzipIsToldOf() throws Exception {
        byte[] whole = gzip(GOOD.repeat(1000));
        Path file = folder.resolve("t.jsonl.gz");
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));

        assertThatThrownBy(() -> TraceReader.read(file))
                .isInstanceOf(BadTrace.class)
                .hasMessageStartingWith(file + ":")
                .hasMessageContaining("cannot be read");
    }

    @Test
    void ofAnAccessLogEachPromptExtendsTheSessionsLast() throws Exception {
        Trace trace = read("access.log", """
                {"time":"2026-01-31T12:00:10.500Z","session":"00000000000000ab","status":200,"prompt_tokens":640,"cached_tokens":0,"completion_tokens":5,"ttft_ms":12.5,"total_ms":700}
                {"time":"2026-01-31T12:00:12Z","session":"00000000000000cd","status":200,"prompt_tokens":128,"completion_tokens":5}
                {"time":"2026-01-31T13:00:11+01:00","session":"00000000000000ab","status":200,"prompt_tokens":700,"completion_tokens":5}
                {"time":"2026-01-31T12:00:13Z","session":"00000000000000ab","status":200,"prompt_tokens":130,"completion_tokens":5}
                {"time":"2026-01-31T12:00:14Z","session":"00000000000000ab","status":200,"prompt_tokens":768,"completion_tokens":5}
                {"time":"2026-01-31T12:00:15Z","session":null,"status":200,"prompt_tokens":70,"completion_tokens":null}
                {"time":"2026-01-31T12:00:16Z","session":"00000000000000ab","status":503}
                """);

        assertThat(trace.requests())
                .extracting(Trace.Request::millis)
                .containsExactly(0L, 500L, 1500L, 2500L, 3500L, 4500L);
        assertThat(trace.requests())
                .extracting(r -> r.prompt().blocks())
                .containsExactly(
                        blocks(0, 10),
                        blocks(0, 10),
                        blocks(10, 12),
                        blocks(0, 2),
                        new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13},
                        blocks(14, 15));
        assertThat(trace.requests().get(5).session()).isNull();
        assertThat(trace.blockCount()).isEqualTo(15);
        assertThat(trace.blockTokens()).isEqualTo(64);
    }

    @Test
    void logfmtTellsTheSameAndAFileMayChangeToIt() throws Exception {
        Trace trace = read("access.log", """
                {"time":"2026-01-31T12:00:10.500Z","session":"1234567890123456","prompt_tokens":640,"completion_tokens":5}
                time=2026-01-31T12:00:11.000Z pool=default session=1234567890123456 path="/a b=\\"\\u00e9\\n" prompt_tokens=700 completion_tokens=6 ttft_ms=12.500
                time=2026-01-31T12:00:12.000Z session=1234567890123457 prompt_tokens=128
                time=2026-01-31T12:00:13.000Z session=1234567890123457 status=503 error=no_backend
                """);

        assertThat(trace.requests()).extracting(Trace.Request::millis).containsExactly(0L, 500L, 1500L);
        assertThat(trace.requests())
                .extracting(Trace.Request::session)
                .as("digits are no number")
                .containsExactly("1234567890123456", "1234567890123456", "1234567890123457");
        assertThat(trace.requests())
                .extracting(r -> r.prompt().blocks())
                .containsExactly(blocks(0, 10), blocks(0, 10), blocks(10, 12));
        assertThat(trace.requests()).extracting(r -> r.prompt().outputTokens()).containsExactly(5L, 6L, 0L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            time=noon prompt_tokens=1                                | 2: time: 'noon' (expected: a time of this century
            time="2026-01-31T12:00:00Z" prompt_tokens=1 "x"          | 2: found '"x"' (expected: name=value)
            time=2026-01-31T12:00:00Z prompt_tokens                  | 2: found 'prompt_tokens' (expected: name=value)
            time=2026-01-31T12:00:00Z prompt_tokens=many             | 2: prompt_tokens: 'many' (expected: a number from 0 to 100000000)
            time=2026-01-31T12:00:00Z prompt_tokens=-1               | 2: prompt_tokens: '-1' (expected: a number from 0 to 100000000)
            time=2026-01-31T12:00:00Z prompt_tokens="7"              | 2: prompt_tokens: '7' (expected: a number from 0 to 100000000)
            time=2026-01-31T12:00:00Z path="/x                       | 2: path: its quotes do not end (expected: a whole line)
            time=2026-01-31T12:00:00Z path="\\x"                     | 2: path: '\\x' (expected: an escape of JSON)
            time=2026-01-31T12:00:00Z path="\\u00g0"                 | 2: path: '\\u' (expected: four hexadecimal digits behind it)
            time                                                     | 2: Unrecognized token 'time'
            """)
    void aBadLineOfLogfmtIsToldOf(String line, String message) {
        Path file = folder.resolve("access.log");

        assertThatThrownBy(() -> read("access.log", "time=2026-01-31T12:00:00Z prompt_tokens=9\n" + line + "\n"))
                .isInstanceOf(BadTrace.class)
                .hasMessageStartingWith(file + ":" + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"time":"noon","prompt_tokens":1}                       | 1: time: 'noon' (expected: a time of this century, such as 2026-01-31T12:00:00.000Z)
            {"time":null,"t_ms":null,"prompt_tokens":1}             | 1: neither t_ms nor time (expected: a request of a trace, or of homing's access log)
            {"time":"1999-12-31T23:59:59Z","prompt_tokens":1}       | 1: time: '1999-12-31T23:59:59Z' (expected: a time of this century
            {"time":"+999999999-01-01T00:00:00Z","prompt_tokens":1} | 1: time: '+999999999-01-01T00:00:00Z' (expected: a time of this century
            {"time":"2026-01-31T12:00:00Z","prompt_tokens":200000000} | 1: prompt_tokens: 200000000 (expected: a number from 0 to 100000000)
            {"time":"2026-01-31T12:00:00Z"}                         | no requests (expected: at least one)
            """)
    void aBadLineOfAnAccessLogIsToldOf(String line, String message) {
        Path file = folder.resolve("access.log");
        String separator = Character.isDigit(message.charAt(0)) ? ":" : ": ";

        assertThatThrownBy(() -> read("access.log", line + "\n"))
                .isInstanceOf(BadTrace.class)
                .hasMessageStartingWith(file + separator + message);
    }

    private Trace read(String name, String content) throws Exception {
        return TraceReader.read(Files.writeString(folder.resolve(name), content));
    }

    private static int[] blocks(int from, int to) {
        int[] blocks = new int[to - from];
        Arrays.setAll(blocks, i -> from + i);
        return blocks;
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
