// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a replica's answer says that it took, read from all that a client received of it: slowly, as a whole, by another reader than the proxy's.
 *
 * @param prompt all prompt tokens, those from the cache included
 * @param cached -1 when that is not told
 */
record ToldUsage(long prompt, long cached, long completion) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DATA = "data: ";

    /** Null when nothing is told. */
    static @Nullable ToldUsage of(String received) {
        ToldUsage told = null;
        for (String document : documents(received)) {
            told = read(document, told);
        }
        return told;
    }

    private static List<String> documents(String received) {
        if (received.startsWith("{")) {
            return List.of(received);
        }
        return received.lines()
                .filter(line -> line.startsWith(DATA + "{"))
                .map(line -> line.substring(DATA.length()))
                .toList();
    }

    private static @Nullable ToldUsage read(String document, @Nullable ToldUsage before) {
        JsonNode root;
        try {
            root = JSON.readTree(document);
        } catch (IOException e) {
            // The end of what was received before the client left.
            return before;
        }
        JsonNode usage = root.path("usage");
        for (String inside : List.of("response", "message")) {
            usage = usage.isObject() ? usage : root.path(inside).path("usage");
        }
        if (usage.has("prompt_tokens")) {
            return new ToldUsage(
                    usage.path("prompt_tokens").asLong(),
                    usage.path("prompt_tokens_details").path("cached_tokens").asLong(-1),
                    usage.path("completion_tokens").asLong());
        }
        if (usage.has("input_tokens_details")) {
            return new ToldUsage(
                    usage.path("input_tokens").asLong(),
                    usage.path("input_tokens_details").path("cached_tokens").asLong(-1),
                    usage.path("output_tokens").asLong());
        }
        if (usage.isObject()) {
            return messages(usage, before);
        }
        JsonNode timings = root.path("timings");
        return timings.isObject()
                ? new ToldUsage(
                        timings.path("cache_n").asLong()
                                + timings.path("prompt_n").asLong(),
                        timings.path("cache_n").asLong(-1),
                        timings.path("predicted_n").asLong())
                : before;
    }

    /** Anthropic's: parts that add up, a later event completing an earlier one. */
    private static ToldUsage messages(JsonNode usage, @Nullable ToldUsage before) {
        long read = usage.path("cache_read_input_tokens").asLong(-1);
        long prompt = usage.path("input_tokens").asLong()
                + usage.path("cache_creation_input_tokens").asLong()
                + Math.max(0, read);
        return new ToldUsage(
                Math.max(prompt, before == null ? 0 : before.prompt),
                read >= 0 || before == null ? read : before.cached,
                usage.path("output_tokens").asLong());
    }
}
