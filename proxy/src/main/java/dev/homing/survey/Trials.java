// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.homing.health.BackendTarget;
import dev.homing.health.Fetched;
import dev.homing.health.HttpFetch;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Has a backend generate: one token each for a prompt that is sent twice, first streamed and then whole. There is no other way to see what an engine
 * tells in its answers. It costs the engine some two hundred tokens of prompt and, where every slot holds a conversation, one of them its place.
 */
public final class Trials {

    /** Several cache blocks long (16 tokens each on most), and the same every time, so that nothing else is ever cached for it. */
    private static final String PROMPT = "Pigeons that are taken far from their loft fly home. ".repeat(8);

    private static final String PATH = "/v1/completions";

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final HttpFetch fetch;

    public Trials(HttpFetch fetch) {
        this.fetch = fetch;
    }

    /**
     * Tries, with the first of its models.
     *
     * @param target its timeout counts for each of the two requests, so it should leave time to wait for a slot
     * @param seen what it was found to be
     * @return never fails
     */
    public CompletionStage<Trial> of(BackendTarget target, Survey seen) {
        if (seen.models().isEmpty()) {
            return CompletableFuture.completedStage(new Trial.Failed("it lists no models"));
        }
        if (seen.engine() instanceof Engine.LlamaServer llama
                && llama.props() != null
                && llama.props().router()) {
            return CompletableFuture.completedStage(
                    new Trial.Failed("a router may load a model for it, and unload another"));
        }
        return of(target.at(PATH), seen.models().get(0).name());
    }

    private CompletionStage<Trial> of(BackendTarget completions, String model) {
        return fetch.post(completions, request(model, true), Surveyor.PAGE)
                .thenCompose(stream -> failure(stream)
                        .<CompletionStage<Trial>>map(CompletableFuture::completedStage)
                        .orElseGet(() -> fetch.post(completions, request(model, false), Surveyor.PAGE)
                                .thenApply(whole -> failure(whole).orElseGet(() -> read(stream, whole)))));
    }

    private static String request(String model, boolean stream) {
        return JSON.createObjectNode()
                .put("model", model)
                .put("prompt", PROMPT)
                .put("max_tokens", 1)
                .put("temperature", 0)
                .put("stream", stream)
                .toString();
    }

    private static Optional<Trial> failure(Fetched fetched) {
        if (fetched instanceof Fetched.Nothing) {
            return Optional.of(new Trial.Failed(Finding.of(fetched).text()));
        }
        int status = ((Fetched.Page) fetched).status();
        return status == 200 ? Optional.empty() : Optional.of(new Trial.Failed("POST " + PATH + " answered " + status));
    }

    private static Trial read(Fetched stream, Fetched whole) {
        JsonNode answer = Pages.json(whole);
        JsonNode usage = answer.path("usage");
        JsonNode timings = answer.path("timings");
        long cached = usage.path("prompt_tokens_details")
                .path("cached_tokens")
                .asLong(timings.path("cache_n").asLong(Trial.UNTOLD));
        boolean streams = ((Fetched.Page) stream).body().contains("\"prompt_tokens\"");
        return new Trial.Answered(usage.path("prompt_tokens").asLong(Trial.UNTOLD), cached, streams);
    }
}
