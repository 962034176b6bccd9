// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import static dev.homing.look.Looks.at;
import static dev.homing.look.Looks.keys;
import static dev.homing.look.Looks.slowly;
import static dev.homing.look.Looks.value;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LookTest {

    private static final Wanted WANTED = keys("session_id", "prompt_cache_key", "metadata.session_id", "a.b.c");

    static Stream<Arguments> bodies() {
        return Stream.of(
                Arguments.of("{\"session_id\":\"s\"}", "session_id", "s"),
                Arguments.of(" \r\n{ \"session_id\" : \"s\" } ", "session_id", "s"),
                Arguments.of("\uFEFF{\"session_id\":\"s\"}", "session_id", "s"),
                Arguments.of("{\"metadata\":{\"session_id\":\"m\"}}", "metadata.session_id", "m"),
                Arguments.of(
                        "{\"metadata\":{\"x\":{\"session_id\":1},\"session_id\":\"m\"}}", "metadata.session_id", "m"),
                Arguments.of("{\"a\":{\"b\":{\"c\":\"deep\"}}}", "a.b.c", "deep"),
                Arguments.of("{\"a\":{\"b\":{\"d\":{}},\"b\":{\"c\":\"again\"}}}", "a.b.c", "again"),
                // the most wanted one, wherever it stands
                Arguments.of("{\"prompt_cache_key\":\"p\",\"session_id\":\"s\"}", "session_id", "s"),
                Arguments.of("{\"session_id\":\"s\",\"prompt_cache_key\":\"p\"}", "session_id", "s"),
                Arguments.of("{\"a\":{\"b\":{\"c\":\"d\"}},\"prompt_cache_key\":\"p\"}", "prompt_cache_key", "p"),
                // the first usable value of a doubled key
                Arguments.of("{\"session_id\":\"1st\",\"session_id\":\"2nd\"}", "session_id", "1st"),
                Arguments.of("{\"session_id\":\" \",\"session_id\":\"2nd\"}", "session_id", "2nd"),
                Arguments.of("{\"prompt_cache_key\":\"1st\",\"prompt_cache_key\":\"2nd\"}", "prompt_cache_key", "1st"),
                // what is a value
                Arguments.of("{\"session_id\":42}", "session_id", "42"),
                Arguments.of("{\"session_id\":-1.50e+3}", "session_id", "-1.50e+3"),
                Arguments.of("{\"session_id\":\"\\t s t \\n\"}", "session_id", "s t"),
                Arguments.of("{\"session_id\":\"\\u00e4\\ud83d\\ude00\"}", "session_id", "\u00e4\ud83d\ude00"),
                Arguments.of("{\"session_id\":\"\u00e4\ud83d\ude00\"}", "session_id", "\u00e4\ud83d\ude00"),
                Arguments.of("{\"session\\u005fid\":\"s\"}", "session_id", "s"),
                Arguments.of("{\"session_id\":\"\",\"prompt_cache_key\":\"p\"}", "prompt_cache_key", "p"),
                Arguments.of("{\"session_id\":null,\"prompt_cache_key\":\"p\"}", "prompt_cache_key", "p"),
                Arguments.of("{\"session_id\":{\"x\":\"y\"},\"prompt_cache_key\":\"p\"}", "prompt_cache_key", "p"),
                Arguments.of("{\"session_id\":[\"y\"],\"prompt_cache_key\":true}", null, null),
                Arguments.of("{\"a\":{\"b\":\"c\"}}", null, null),
                Arguments.of("{\"a\":\"b\",\"metadata\":[{\"session_id\":\"m\"}]}", null, null),
                // what only looks like it
                Arguments.of("{\"x\":{\"session_id\":\"s\"}}", null, null),
                Arguments.of("{\"x\":[{\"session_id\":\"s\"}]}", null, null),
                Arguments.of("{\"x\":{\"metadata\":{\"session_id\":\"s\"}}}", null, null),
                Arguments.of("{\"x\":\"\\\",\\\"session_id\\\":\\\"s\\\"\"}", null, null),
                Arguments.of("{\"x\":\"{\\\"session_id\\\":\\\"s\\\"}\"}", null, null),
                Arguments.of("{\"session_id \":\"s\",\"Session_id\":\"s\"}", null, null),
                Arguments.of("{\"metadata.session_id\":\"s\"}", null, null),
                Arguments.of("{}", null, null),
                // what is no object
                Arguments.of("[{\"session_id\":\"s\"}]", null, null),
                Arguments.of("\"session_id\"", null, null),
                Arguments.of("7", null, null),
                Arguments.of("", null, null),
                Arguments.of("  ", null, null),
                // what is no JSON
                Arguments.of("session_id=s", null, null),
                Arguments.of("{\"prompt_cache_key\":\"p\"", null, null),
                Arguments.of("{\"prompt_cache_key\":\"p\",,}", null, null),
                Arguments.of("{\"prompt_cache_key\":\"p\" \"x\":1}", null, null),
                Arguments.of("{'session_id':'s'}", null, null),
                Arguments.of("{\"session_id\":\"s\n\"}", null, null),
                // a comma too many is let pass
                Arguments.of("{\"x\":[1,],\"prompt_cache_key\":\"p\",}", "prompt_cache_key", "p"),
                // what nobody looks at any more
                Arguments.of("{\"session_id\":\"s\",]", "session_id", "s"),
                Arguments.of("{\"prompt_cache_key\":\"p\"}]", "prompt_cache_key", "p"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void theMostWantedKeyThatHasAValueIsFound(String body, @Nullable String path, @Nullable String value) {
        Look look = at(body, WANTED);

        assertThat(look.key()).isEqualTo(path == null ? null : new BodyKey(path, value));
        assertThat(look.over()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void whereABodyIsCutDoesNotMatter(String body, @Nullable String path, @Nullable String value) {
        BodyKey expected = path == null ? null : new BodyKey(path, value);
        byte[] bytes = body.getBytes(UTF_8);

        for (int cut = 0; cut <= bytes.length; cut++) {
            assertThat(at(bytes, cut, WANTED, Looks.PEEK).key())
                    .as("cut at %s", cut)
                    .isEqualTo(expected);
        }
        assertThat(slowly(body, WANTED, Looks.PEEK).key()).isEqualTo(expected);
    }

    @Test
    void nothingIsReadBeyondTheAnswer() {
        Look look = Look.begin(WANTED, Looks.PEEK);

        look.read(bytes("{\"prompt_cache_key\":\"p\""));
        assertThat(look.over()).isFalse();
        look.read(bytes(",\"session_id\":\"s\""));

        assertThat(look.over()).isTrue();
        assertThat(value(look)).isEqualTo("s");
        look.read(bytes("]]]"));
        look.end();
        assertThat(value(look)).isEqualTo("s");
    }

    @Test
    void theObjectsEndIsTheLooksEnd() {
        Look look = Look.begin(WANTED, Looks.PEEK);

        look.read(bytes("{\"x\":[1,2]"));
        assertThat(look.over()).isFalse();
        look.read(bytes("}"));

        assertThat(look.over()).isTrue();
        assertThat(look.key()).isNull();
    }

    @Test
    void aBodyIsReadNoFurtherThanThePeek() {
        String body = "{\"prompt_cache_key\":\"p\",\"session_id\":\"s\"}";
        int known = body.indexOf("\"}") + 1;

        for (int peek = 1; peek <= body.length(); peek++) {
            String expected = peek >= known ? "s" : peek >= body.indexOf(",") ? "p" : null;
            assertThat(value(at(body, WANTED, peek))).as("peek %s", peek).isEqualTo(expected);
            assertThat(value(slowly(body, WANTED, peek))).as("peek %s", peek).isEqualTo(expected);
        }
    }

    @Test
    void aLookIsOverAtThePeek() {
        Look look = Look.begin(WANTED, 8);

        look.read(bytes("{\"x\":[1"));
        assertThat(look.over()).isFalse();
        look.read(bytes(",2"));

        assertThat(look.over()).isTrue();
    }

    @Test
    void thePositionOfTheBytesStaysWhereItIs() {
        ByteBuffer bytes = bytes("xx{\"session_id\":\"s\"}");
        bytes.position(2);
        Look look = Look.begin(WANTED, Looks.PEEK);

        look.read(bytes);

        assertThat(value(look)).isEqualTo("s");
        assertThat(bytes.position()).isEqualTo(2);
    }

    @Test
    void aLongStringBeforeTheKeyIsReadPast() {
        String body = "{\"prompt\":\"" + "\\\"session_id\\\":\\\"x\\\",".repeat(40_000) + "\",\"session_id\":\"s\"}";

        assertThat(value(at(body, WANTED, body.length()))).isEqualTo("s");
        assertThat(value(at(body, WANTED, body.length() / 2))).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {998, 1001})
    void nestingBeyondAThousandIsNoJson(int depth) {
        String body = "{\"x\":" + "[".repeat(depth) + "]".repeat(depth) + ",\"session_id\":\"s\"}";

        assertThat(value(at(body, WANTED))).isEqualTo(depth < 1000 ? "s" : null);
    }

    @Test
    void anotherEncodingThanUtf8IsNoJson() {
        Look look = Look.begin(WANTED, Looks.PEEK);

        look.read(ByteBuffer.wrap("{\"session_id\":\"s\"}".getBytes(UTF_16LE)));

        assertThat(look.over()).isTrue();
        assertThat(look.key()).isNull();
    }

    @Test
    void invalidUtf8IsNoJson() {
        byte[] bytes = "{\"x\":\"??\",\"session_id\":\"s\"}".getBytes(UTF_8);
        bytes[6] = (byte) 0xc3;
        bytes[7] = (byte) 0x28;

        assertThat(at(bytes, bytes.length, WANTED, Looks.PEEK).key()).isNull();
    }

    @Test
    void aLookThatIsClosedReadsNothingMore() {
        Look look = Look.begin(WANTED, Looks.PEEK);
        look.read(bytes("{"));

        look.close();
        look.close();
        look.read(bytes("\"session_id\":\"s\"}"));

        assertThat(look.over()).isTrue();
        assertThat(look.key()).isNull();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
