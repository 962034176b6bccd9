// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The facts about one answer that every protocol tells in its own shape. */
final class Answer {

    private static final double MILLIS = 1e6;

    final String id;
    final String model;
    final long created;
    final boolean includeUsage;
    /** Whether it ends because the request's limit is reached. */
    final boolean limited;

    final Generation generation;
    final StringBuilder text = new StringBuilder();

    Answer(String id, String model, long created, GenerationRequest request, Generation generation) {
        this.id = id;
        this.model = model;
        this.created = created;
        this.includeUsage = request.answer().includeUsage();
        this.limited = request.answer().maxTokens() > 0;
        this.generation = generation;
    }

    String finishReason() {
        return limited ? "length" : "stop";
    }

    long promptTokens() {
        return generation.promptTokens;
    }

    long cachedTokens() {
        return generation.cached;
    }

    int answerTokens() {
        return generation.produced;
    }

    /** llama-server's {@code timings}. */
    ObjectNode timings() {
        long read = generation.promptTokens - generation.cached;
        double promptMillis = (generation.decodeStarted - generation.prefillStarted) / MILLIS;
        double decodeMillis = (generation.ended - generation.decodeStarted) / MILLIS;
        int produced = Math.max(1, generation.produced);
        return Json.object()
                .put("cache_n", generation.cached)
                .put("prompt_n", read)
                .put("prompt_ms", promptMillis)
                .put("prompt_per_token_ms", promptMillis / read)
                .put("prompt_per_second", 1000 * read / Math.max(promptMillis, 0.001))
                .put("predicted_n", generation.produced)
                .put("predicted_ms", decodeMillis)
                .put("predicted_per_token_ms", decodeMillis / produced)
                .put("predicted_per_second", 1000 * produced / Math.max(decodeMillis, 0.001));
    }
}
