// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import dev.homing.config.Affinity;
import dev.homing.config.BackendConfig;
import dev.homing.config.PoolSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to say about one backend, by its configuration and by what was seen of it. */
public final class Advice {

    /** The header that picks one engine of a vLLM with several. */
    private static final String RANK = "X-data-parallel-rank";

    private final BackendConfig backend;
    private final PoolSettings settings;
    private final Survey survey;
    private final List<Remark> remarks = new ArrayList<>();

    private Advice(BackendConfig backend, PoolSettings settings, Survey survey) {
        this.backend = backend;
        this.settings = settings;
        this.survey = survey;
    }

    /**
     * All there is to say, warnings and advice as they come to mind.
     *
     * @param trial null when it was not asked to generate
     */
    public static List<Remark> of(BackendConfig backend, PoolSettings settings, Survey survey, @Nullable Trial trial) {
        Advice advice = new Advice(backend, settings, survey);
        advice.finding();
        if (survey.reached()) {
            advice.key();
            if (survey.engine() instanceof Engine.LlamaServer llama && llama.props() != null) {
                advice.llama(llama.props());
            } else if (survey.engine() instanceof Engine.Vllm vllm) {
                advice.vllm(vllm, trial);
            }
            advice.trial(trial);
        }
        return advice.remarks;
    }

    private void finding() {
        if (survey.finding() instanceof Finding.Unreached unreached) {
            warn("not reached: " + unreached.why() + "; it starts down and is taken up when it answers");
        } else if (survey.finding() instanceof Finding.Unwell unwell) {
            warn("GET " + settings.health().path() + " answered " + unwell.status()
                    + ", so it gets no requests (expected: 2xx; health.path says what is asked)");
            if (survey.engine() instanceof Engine.Unknown && endsInVersion()) {
                warn(
                        "the path of its url is put before that of every request, which begins with /v1 itself (expected: a url without /v1)");
            }
        } else if (survey.engine() instanceof Engine.Unknown && !survey.locked()) {
            warn("neither a llama-server nor a vLLM, and it lists no models at /v1/models");
        }
    }

    private boolean endsInVersion() {
        String path = backend.url().getRawPath() == null ? "" : backend.url().getRawPath();
        return path.replaceAll("/+$", "").endsWith("/v1");
    }

    private void key() {
        boolean own = settings.upstream().authorization() != null
                || backend.headers().keySet().stream().anyMatch("authorization"::equalsIgnoreCase);
        if (survey.locked() && own) {
            warn("does not accept the key that homing sends (upstream_authorization or headers)");
        } else if (survey.locked()) {
            String slots =
                    survey.engine() instanceof Engine.LlamaServer ? "; without it homing cannot read its slots" : "";
            advise("wants an API key: clients have to send it, or homing does (upstream_authorization)" + slots);
        }
    }

    private void llama(Engine.Props props) {
        slots(props.slots());
        if (!props.metrics() && settings.affinity().stickiness().onReturn() == Affinity.OnReturn.HOME) {
            warn(
                    "started without --metrics, so that on_return: home cannot tell whether it lost its cache (expected: --metrics)");
        } else if (!props.metrics()) {
            advise("started without --metrics, with which its own counters can be scraped");
        }
        if (props.asleep()) {
            advise("asleep (--sleep-idle-seconds): its caches are gone, and the next request waits for the model");
        }
        if (props.router()) {
            advise(
                    "a router: its health page speaks for itself, not for its models (expected: a backend for each model's server)");
        }
    }

    private void slots(int slots) {
        int limit = backend.maxInflight();
        if (slots == 1) {
            advise(
                    "has one slot, so that every other conversation waits or lives in --cache-ram (expected: --parallel N)");
        }
        if (limit == 0 && slots > 0) {
            advise("has " + slots(slots, " and")
                    + " no max_inflight: what is beyond waits inside it, unseen (expected: max_inflight: auto)");
        } else if (limit > slots && slots > 0) {
            warn("has " + slots(slots, " and") + " max_inflight: " + limit
                    + ": what is beyond waits inside it, unseen (expected: auto, or --parallel " + limit + ")");
        } else if (limit > 0 && limit < slots) {
            advise("has " + slots(slots, " of which") + " max_inflight: " + limit + " leaves " + (slots - limit)
                    + " idle");
        }
    }

    private static String slots(int count, String then) {
        return count + (count == 1 ? " slot" : " slots") + then;
    }

    private void vllm(Engine.Vllm vllm, @Nullable Trial trial) {
        if (vllm.cache() != null && !vllm.cache().prefixes()) {
            warn(
                    "prefix caching is off, so that every turn reads its whole history again (expected: --enable-prefix-caching)");
        }
        boolean ranked = backend.headers().keySet().stream().anyMatch(RANK::equalsIgnoreCase);
        if (vllm.cache() != null && vllm.cache().ranks() > 1 && !ranked) {
            warn(vllm.cache().ranks()
                    + " engines behind one address, and its sessions may land on any (expected: a backend for each, with headers: {"
                    + RANK + ": \"0\"} and so on)");
        }
        if (backend.maxInflight() == BackendConfig.AUTO) {
            warn(
                    "max_inflight: auto, but a vLLM tells no slots, so that there is no limit (expected: a number, or no max_inflight)");
        }
        if (trial instanceof Trial.Answered seen && seen.cached() == Trial.UNTOLD) {
            warn(
                    "does not tell cached tokens, which then count as not cached (expected: --enable-prompt-tokens-details)");
        }
        if (trial instanceof Trial.Answered seen && !seen.streams()) {
            advise("tells the usage of a stream only to clients that ask for it, with stream_options.include_usage"
                    + " (--enable-force-include-usage tells it to all)");
        }
    }

    private void trial(@Nullable Trial trial) {
        if (trial instanceof Trial.Failed failed) {
            advise("generated nothing to look at: " + failed.why());
        } else if (trial instanceof Trial.Answered seen && seen.cached() == 0) {
            warn("had nothing of a prompt that was sent again in its cache (expected: "
                    + (survey.engine() instanceof Engine.LlamaServer
                            ? "no --no-cache-prompt; a model with a sliding window may need a longer prompt"
                            : "prefix caching")
                    + ")");
        }
    }

    private void warn(String text) {
        remarks.add(Remark.warning(text));
    }

    private void advise(String text) {
        remarks.add(Remark.advice(text));
    }
}
