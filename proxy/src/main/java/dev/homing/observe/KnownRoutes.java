// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What spans are named after: the paths of the engines' APIs, and no others, so that a collector which counts by name is not made to count everything. */
final class KnownRoutes {

    /** One model is asked for by its id, which may have slashes. */
    private static final String MODEL = "/v1/models/";

    private static final Set<String> PATHS = Set.of(
            "/v1/chat/completions",
            "/chat/completions",
            "/v1/completions",
            "/completions",
            "/completion",
            "/infill",
            "/v1/responses",
            "/v1/messages",
            "/v1/messages/count_tokens",
            "/v1/embeddings",
            "/embeddings",
            "/embedding",
            "/v1/rerank",
            "/v1/reranking",
            "/rerank",
            "/reranking",
            "/v1/score",
            "/score",
            "/pooling",
            "/classify",
            "/v1/audio/transcriptions",
            "/v1/audio/translations",
            "/v1/realtime",
            "/v1/models",
            "/models",
            "/generate",
            "/tokenize",
            "/detokenize",
            "/apply-template",
            "/props",
            "/slots",
            "/health",
            "/ping",
            "/version",
            "/metrics");

    private KnownRoutes() {}

    /** The route of a path without its query; null when it is none of these. */
    static @Nullable String of(@Nullable String path) {
        if (path == null) {
            return null;
        }
        if (path.startsWith(MODEL) && path.length() > MODEL.length()) {
            return MODEL + "{model}";
        }
        return PATHS.contains(path) ? path : null;
    }
}
