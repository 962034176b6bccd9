// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {

    private static final String DOCUMENT = """
            {"a": "x\\n\\"\\u00e9\\ud83d\\ude00", "b": [1, -2.5e3, true, null, {}, []], "c": {"d": ""}}""";
    private static final String EVENTS = "{a:'x\n\"é\uD83D\uDE00'b:[1 -2.5e3 true null {}[]]c:{d:''}}";

    @Test
    void wherePiecesAreSplitDoesNotMatter() {
        byte[] bytes = DOCUMENT.getBytes(StandardCharsets.UTF_8);
        for (int size = 1; size <= bytes.length; size++) {
            Script script = new Script();
            JsonScanner scanner = new JsonScanner(script);
            for (int at = 0; at < bytes.length; at += size) {
                scanner.feed(Unpooled.wrappedBuffer(bytes, at, Math.min(size, bytes.length - at)));
            }
            assertThat(scanner.finish()).isNull();
            assertThat(script.toString()).as("pieces of %d bytes", size).isEqualTo(EVENTS);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{b",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "[1 2]",
                "[1]]",
                "{\"a\":tru}",
                "{\"a\":01}",
                "\"a",
                "\"\\x\"",
                "\"\\u00g0\"",
                "\"\n\"",
                "[}",
                "{]",
                "nul"
            })
    void whatIsNoJsonIsToldWithItsPlace(String text) {
        JsonScanner scanner = new JsonScanner(new Script());
        scanner.feed(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
        assertThat(scanner.finish()).contains("line 1 column");
    }

    @Test
    void theColumnIsThatOfTheFault() {
        JsonScanner scanner = new JsonScanner(new Script());
        scanner.feed(Unpooled.copiedBuffer("{b", StandardCharsets.UTF_8));
        assertThat(scanner.finish())
                .isEqualTo("Expecting property name enclosed in double quotes: line 1 column 2 (char 1)");
    }

    private static final class Script implements JsonEvents {
        private final StringBuilder script = new StringBuilder();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void startObject() {
            script.append('{');
        }

        @Override
        public void endObject() {
            script.append('}');
        }

        @Override
        public void startArray() {
            script.append('[');
        }

        @Override
        public void endArray() {
            script.append(']');
        }

        @Override
        public void key(String name) {
            script.append(name).append(':');
        }

        @Override
        public void startText() {
            bytes.reset();
        }

        @Override
        public void text(byte[] piece, int offset, int length) {
            bytes.write(piece, offset, length);
        }

        @Override
        public void endText() {
            script.append('\'').append(bytes.toString(StandardCharsets.UTF_8)).append('\'');
        }

        @Override
        public void literal(String value) {
            script.append(value).append(' ');
        }

        @Override
        public String toString() {
            return script.toString();
        }
    }
}
