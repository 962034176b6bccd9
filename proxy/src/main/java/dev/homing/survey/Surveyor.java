// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import dev.homing.health.BackendTarget;
import dev.homing.health.Fetched;
import dev.homing.health.HttpFetch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks a backend what it is, in two to five requests that no engine has to compute anything for: its health page, {@code /v1/models}, and then what
 * only a llama-server ({@code /props}) or only a vLLM ({@code /version}, {@code /metrics}) has. A llama-server's {@code /slots} and {@code /metrics}
 * are left alone: they wait for the engine, wake one that is asleep, and reset what others measure.
 */
public final class Surveyor {

    /** Bytes that are read of a page: properties have the model's chat template in them, and metrics are long. */
    static final int PAGE = 1024 * 1024;

    private final HttpFetch fetch;

    public Surveyor(HttpFetch fetch) {
        this.fetch = fetch;
    }

    /**
     * Asks, one request after the other.
     *
     * @param target its path is that of the health page, its timeout counts for each request
     * @return never fails
     */
    public CompletionStage<Survey> survey(BackendTarget target) {
        return fetch.get(target, PAGE).thenCompose(health -> {
            Finding finding = Finding.of(health);
            if (finding instanceof Finding.Unreached unreached) {
                Finding hinted = new Finding.Unreached(Hint.added(target.url(), unreached.why()));
                return CompletableFuture.completedStage(new Survey(hinted, new Engine.Unknown(), List.of(), false));
            }
            if (finding instanceof Finding.Loading) {
                return CompletableFuture.completedStage(
                        new Survey(finding, new Engine.LlamaServer(null), List.of(), false));
            }
            return page(target, "/v1/models")
                    .thenCompose(models -> engine(target, health, models)
                            .thenApply(engine ->
                                    new Survey(finding, engine, Pages.models(models), Pages.isLocked(models))));
        });
    }

    private CompletionStage<Engine> engine(BackendTarget target, Fetched health, Fetched models) {
        String owner = Pages.owner(models);
        if (Pages.isLlama(health) || Pages.isLlama(models) || "llamacpp".equals(owner)) {
            return page(target, "/props").thenApply(props -> new Engine.LlamaServer(Pages.props(props)));
        }
        if ("vllm".equals(owner)) {
            return page(target, "/version").thenCompose(version -> vllm(target, Pages.version(version)));
        }
        return owner == null ? guess(target) : CompletableFuture.completedStage(new Engine.Other(owner));
    }

    /** Of one that shows its models to nobody without a key, or whose headers somebody between has changed. */
    private CompletionStage<Engine> guess(BackendTarget target) {
        return page(target, "/props").thenCompose(fetched -> {
            Engine.Props props = Pages.props(fetched);
            if (props != null) {
                return CompletableFuture.completedStage(new Engine.LlamaServer(props));
            }
            return page(target, "/version").thenCompose(version -> {
                String told = Pages.version(version);
                return told == null ? CompletableFuture.completedStage(new Engine.Unknown()) : vllm(target, told);
            });
        });
    }

    private CompletionStage<Engine> vllm(BackendTarget target, @Nullable String version) {
        return page(target, "/metrics").thenApply(metrics -> new Engine.Vllm(version, Pages.cache(metrics)));
    }

    private CompletionStage<Fetched> page(BackendTarget target, String path) {
        return fetch.get(target.at(path), PAGE);
    }
}
