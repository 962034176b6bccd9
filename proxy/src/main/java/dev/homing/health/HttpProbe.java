// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Probes by one {@code GET} each. */
public final class HttpProbe implements Probe {

    /** Bytes of a body that are read; the status stands all the same. */
    static final int BODY_LIMIT = 64 * 1024;

    /** The same of metrics: several times what a vLLM has. */
    static final int METRICS_LIMIT = 1024 * 1024;

    /** The same of properties, which have the model's chat template in them. */
    static final int PROPS_LIMIT = 1024 * 1024;

    private final HttpFetch fetch;

    public HttpProbe(HttpFetch fetch) {
        this.fetch = fetch;
    }

    @Override
    public CompletionStage<ProbeResult> probe(BackendTarget target) {
        return get(
                target,
                BODY_LIMIT,
                page -> new ProbeResult.Answered(page.status(), LoadingModel.told(page.status(), page.body())),
                failure -> failure);
    }

    @Override
    public CompletionStage<StartTime> startTime(BackendTarget target) {
        return get(
                target.at(StartTime.PATH),
                METRICS_LIMIT,
                page -> StartTime.of(page.status(), page.header(StartTime.HEADER), page.body()),
                failure -> new StartTime.NoAnswer());
    }

    @Override
    public CompletionStage<SlotCount> slots(BackendTarget target) {
        return get(
                target.at(SlotCount.PATH),
                PROPS_LIMIT,
                page -> SlotCount.of(page.status(), page.body()),
                failure -> new SlotCount.NoAnswer(failure.text()));
    }

    private <T> CompletionStage<T> get(
            BackendTarget target, int limit, Function<Fetched.Page, T> answered, Function<ProbeResult, T> otherwise) {
        return fetch.get(target, limit)
                .thenApply(fetched -> fetched instanceof Fetched.Page page
                        ? answered.apply(page)
                        : otherwise.apply(((Fetched.Nothing) fetched).why()));
    }
}
