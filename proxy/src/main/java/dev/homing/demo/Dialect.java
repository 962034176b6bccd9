// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** All that differs between the servers that a replica imitates, but for when it happens. Without state. */
sealed interface Dialect permits LlamaDialect, VllmDialect {

    /** What a page may tell about its replica. */
    record View(EngineSettings settings, Engine engine, Counters counters, long startedSeconds) {}

    static Dialect of(EngineSettings settings) {
        return switch (settings.kind()) {
            case LLAMA_SERVER -> new LlamaDialect();
            case VLLM -> new VllmDialect(settings.behaviour().cacheReport());
        };
    }

    /** The protocol that is posted to this path, null = none. */
    @Nullable Api api(String path);

    /** A new shape: some count events. */
    Shape shape(Api api);

    /** The answer to a request that posts to no {@link Api}. */
    Reply page(String method, String path, String query, View view);

    Reply error(Problem problem, @Nullable Api api, EngineSettings settings);

    /** The answer to {@link Api#TOKENIZE} and {@link Api#COUNT_TOKENS}. */
    Reply counted(Api api, long tokens, EngineSettings settings);

    /** What the request may not have, null = nothing. */
    @Nullable Problem check(GenerationRequest request, EngineSettings settings);

    /** The model's name in the answer. */
    String model(GenerationRequest request, EngineSettings settings);

    String id(Api api, String random);

    /** The content type of its JSON. */
    String json();

    /** Whether a stream's head leaves before a slot is free. */
    boolean headAtOnce();

    /**
     * Headers that stand before the content type in every answer.
     *
     * @param origin of the page that asks; empty when it is no page that does
     */
    void lead(HttpHeaders headers, String origin);

    /** The content type of a stream, and what goes with it. */
    void stream(HttpHeaders headers);

    /** The headers about the connection's future. */
    void connection(HttpHeaders headers, boolean close, EngineSettings settings);

    /** The longest body taken, in bytes. */
    long maxBody();

    /** Whether an answer with this status says that the connection is to be closed. */
    boolean closesAfter(int status);
}
