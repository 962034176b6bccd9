// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random documents full of words that look like usage, against Jackson reading the same bytes. */
@Tag("long")
class UsageScannerFuzzTest {

    private static final ObjectMapper JACKSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> WORDS = List.of(
            "usage",
            "timings",
            "prompt_tokens",
            "completion_tokens",
            "prompt_tokens_details",
            "cached_tokens",
            "choices",
            "delta",
            "message",
            "content",
            "cache_n",
            "prompt_n",
            "predicted_n",
            "",
            "\"usage\":{\"prompt_tokens\":1}",
            "\\",
            "\\\"",
            "\\\\\"usage\"",
            "things\"",
            "g",
            "\u00e4\ud83d\ude00",
            "\n\ndata: {\"usage\":",
            "{",
            "}",
            "[",
            "]",
            "usage\"");

    @Test
    void wholeBodiesTellWhatJacksonReads() throws IOException {
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            String body = print(random, document(random));
            UsageScanner scanner = scanner("application/json");

            feedInParts(scanner, body, random);

            assertThat(scanner.usage()).as("seed %d: %s", seed, body).isEqualTo(usage(JACKSON.readTree(body), null));
        }
    }

    @Test
    void streamsTellWhatJacksonReadsLineByLine() throws IOException {
        for (long seed = 0; seed < 10_000; seed++) {
            Random random = new Random(seed);
            StringBuilder body = new StringBuilder();
            Usage expected = null;
            for (int event = random.nextInt(8); event >= 0; event--) {
                ObjectNode document = document(random);
                document.remove("timings");
                String line = JACKSON.writeValueAsString(document);
                body.append(random.nextBoolean() ? "data: " : "data:")
                        .append(line)
                        .append(lineEnds(random));
                expected = usage(JACKSON.readTree(line), expected);
            }
            UsageScanner scanner = scanner("text/event-stream");
            if (random.nextBoolean()) {
                feedInParts(scanner, "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n", random);
            }

            feedInParts(scanner, body.toString(), random);

            assertThat(scanner.usage()).as("seed %d: %s", seed, body).isEqualTo(expected);
        }
    }

    @Test
    void damagedBodiesNeverThrowAndWhatJacksonAcceptsIsReadAlike() {
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = print(random, document(random)).getBytes(UTF_8);
            for (int damage = 1 + random.nextInt(3); damage > 0; damage--) {
                bytes[random.nextInt(bytes.length)] = (byte) "\"\\{}[]:,0 -eu\n\u0000".charAt(random.nextInt(15));
            }
            UsageScanner whole = scanner("application/json");
            UsageScanner stream = scanner("text/event-stream");

            whole.payload(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
            stream.payload(Unpooled.wrappedBuffer(bytes), 0, bytes.length);

            JsonNode accepted = readOrNull(bytes);
            if (accepted != null) {
                assertThat(whole.usage())
                        .as("seed %d: %s", seed, new String(bytes, UTF_8))
                        .isEqualTo(usage(accepted, null));
            }
        }
    }

    private static String lineEnds(Random random) {
        return random.nextBoolean() ? "\n\n" : random.nextBoolean() ? "\r\n\r\n" : "\n: usage\"\n\n";
    }

    private static ObjectNode document(Random random) {
        ObjectNode document = object(random, 4);
        document.remove(List.of("usage", "timings", "content"));
        if (random.nextInt(3) > 0) {
            ObjectNode usage = NODES.objectNode();
            usage.set("decoy", value(random, 2));
            usage.put("completion_tokens", random.nextInt(1000));
            usage.put("prompt_tokens", 1000 + random.nextInt(1000));
            if (random.nextBoolean()) {
                usage.putObject("prompt_tokens_details").put("cached_tokens", random.nextInt(1000));
            } else {
                usage.putNull("prompt_tokens_details");
            }
            document.set("usage", usage);
        }
        if (random.nextInt(3) == 0) {
            document.putObject("timings")
                    .put("cache_n", random.nextInt(9))
                    .put("prompt_n", 7)
                    .put("predicted_n", 8);
        }
        document.set(word(random) + "x", value(random, 3));
        return document;
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(2000) - 1000);
            case 3 -> NODES.numberNode(random.nextGaussian() * 1e9);
            case 4, 5 -> NODES.textNode(word(random) + word(random) + word(random));
            case 6 -> array(random, depth - 1);
            default -> object(random, depth - 1);
        };
    }

    private static ArrayNode array(Random random, int depth) {
        ArrayNode array = NODES.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
            array.add(value(random, depth));
        }
        return array;
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = NODES.objectNode();
        for (int i = random.nextInt(5); i > 0; i--) {
            object.set(word(random), value(random, depth));
        }
        return object;
    }

    private static String word(Random random) {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    private static String print(Random random, JsonNode document) {
        return random.nextBoolean() ? document.toString() : document.toPrettyString();
    }

    private static void feedInParts(UsageScanner scanner, String body, Random random) {
        ByteBuf buf = Unpooled.copiedBuffer(body, UTF_8);
        int longest = 1 + random.nextInt(200);
        for (int i = 0; i < buf.writerIndex(); ) {
            int length = Math.min(1 + random.nextInt(longest), buf.writerIndex() - i);
            scanner.payload(buf, i, length);
            i += length;
        }
    }

    private static UsageScanner scanner(String contentType) {
        UsageScanner scanner = UsageScanner.forResponse("POST", "/v1/chat/completions", 200, contentType, null);
        assertThat(scanner).isNotNull();
        return scanner;
    }

    private static @Nullable JsonNode readOrNull(byte[] bytes) {
        try {
            return JACKSON.readTree(bytes);
        } catch (IOException broken) {
            return null;
        }
    }

    /** The rule written once more, over a tree: usage first, timings where there is none; {@code earlier} = what earlier events told. */
    private static @Nullable Usage usage(JsonNode document, @Nullable Usage earlier) {
        JsonNode usage = document.path("usage");
        JsonNode timings = document.path("timings");
        long cachedHere = number(usage.path("prompt_tokens_details").path("cached_tokens"));
        long cached = cachedHere >= 0 ? cachedHere : earlier == null ? -1 : earlier.cachedTokens();
        if (number(usage.path("prompt_tokens")) >= 0) {
            long prompt = number(usage.path("prompt_tokens"));
            long timed = number(timings.path("prompt_n")) >= 0 ? number(timings.path("cache_n")) : -1;
            long told = cached >= 0 ? cached : timed;
            return new Usage(prompt, told > prompt ? -1 : told, Math.max(0, number(usage.path("completion_tokens"))));
        }
        if (number(timings.path("cache_n")) >= 0 && number(timings.path("prompt_n")) >= 0) {
            long cacheN = number(timings.path("cache_n"));
            return new Usage(
                    cacheN + number(timings.path("prompt_n")),
                    cacheN,
                    Math.max(0, number(timings.path("predicted_n"))));
        }
        return earlier;
    }

    private static long number(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() < 1_000_000_000_000_000L
                ? Math.max(-1, node.longValue())
                : -1;
    }
}
