// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random documents made of the keys that are looked for, against a plain parse of the whole body. */
class LookFuzzTest {

    private static final ObjectMapper JACKSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> WORDS = List.of(
            "session_id",
            "metadata",
            "user_id",
            "a",
            "",
            " ",
            "\\",
            "\"session_id\":\"s\"",
            "{\"metadata\":{\"user_id\":1}}",
            "}",
            "]",
            "\u00e4\ud83d\ude00",
            "\u0000\n");
    private static final List<String> PATHS =
            List.of("metadata.session_id", "session_id", "a.a.a", "metadata.user_id", "a", "user_id.metadata.a");

    @Test
    void aLookFindsWhatAPlainParseFinds() throws JsonProcessingException {
        Wanted wanted = new Wanted(BodyKeys.of(PATHS), null);
        int found = 0;
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            ObjectNode document = object(random, 0);
            byte[] bytes = JACKSON.writeValueAsBytes(document);
            Look look = Look.begin(wanted, Looks.PEEK);
            feed(look, bytes, random);
            BodyKey expected = plain(document);

            assertThat(look.key())
                    .as("seed %s: %s", seed, new String(bytes, UTF_8))
                    .isEqualTo(expected);
            found += expected == null ? 0 : 1;
        }
        assertThat(found).isBetween(4_000, 18_000);
    }

    /** The same for any bytes: no input makes a look fail, or depend on how it is cut. */
    @Test
    void damagedDocumentsAreReadAlikeHoweverTheyAreCut() throws JsonProcessingException {
        Wanted wanted = new Wanted(BodyKeys.of(PATHS), new Wanted.OfPrompt(PromptShape.MESSAGES, true, true));
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = JACKSON.writeValueAsBytes(object(random, 0));
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int peek = 1 + random.nextInt(2 * bytes.length);
            Look whole = Looks.at(bytes, bytes.length, wanted, peek);
            Look pieces = Look.begin(wanted, peek);
            feed(pieces, bytes, random);

            assertThat(pieces.key()).as("seed %s", seed).isEqualTo(whole.key());
            assertThat(pieces.over()).isTrue();
        }
    }

    private static void feed(Look look, byte[] bytes, Random random) {
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 40));
            look.read(ByteBuffer.wrap(bytes, at, length));
            at += length;
        }
        look.end();
    }

    private static @Nullable BodyKey plain(JsonNode document) {
        for (String path : PATHS) {
            JsonNode at = document;
            for (String name : path.split("\\.", -1)) {
                at = at.isObject() ? at.path(name) : NODES.missingNode();
            }
            String value = at.isTextual() || at.isNumber() ? at.asText().strip() : "";
            if (!value.isEmpty()) {
                return new BodyKey(path, value);
            }
        }
        return null;
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode node = NODES.objectNode();
        int members = 1 + random.nextInt(4);
        for (int i = 0; i < members; i++) {
            node.set(WORDS.get(random.nextInt(random.nextInt(4) == 0 ? WORDS.size() : 4)), value(random, depth + 1));
        }
        return node;
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth > 4 ? 5 : 9)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(100));
            case 3, 4 -> NODES.textNode(word(random) + word(random));
            case 5 -> array(random, depth);
            default -> object(random, depth);
        };
    }

    private static ArrayNode array(Random random, int depth) {
        ArrayNode node = NODES.arrayNode();
        Arrays.stream(new int[random.nextInt(4)]).forEach(any -> node.add(value(random, depth + 1)));
        return node;
    }

    private static String word(Random random) {
        return WORDS.get(random.nextInt(WORDS.size()));
    }
}
