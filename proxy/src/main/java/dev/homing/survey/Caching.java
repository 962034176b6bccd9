// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import org.jspecify.annotations.Nullable;

/** Whether a backend keeps prompts, and tells what it had of them: as far as it says so itself, or as answers have shown. */
public final class Caching {

    private Caching() {}

    /** Whether it caches prompts, half a sentence. */
    public static String text(Engine engine, @Nullable Trial trial) {
        if (trial instanceof Trial.Answered seen && seen.cached() > 0) {
            return "on: a prompt that was sent again had " + seen.cached() + " of its " + seen.prompt()
                    + " tokens in it";
        }
        if (engine instanceof Engine.Vllm vllm && vllm.cache() != null) {
            String size = vllm.cache().tokens() > 0 ? ", " + vllm.cache().tokens() + " tokens" : "";
            return vllm.cache().prefixes() ? "on" + size : "off";
        }
        if (trial instanceof Trial.Answered seen && seen.cached() == 0) {
            return "nothing seen of it: a prompt that was sent again had none of its " + seen.prompt()
                    + " tokens in it";
        }
        return engine instanceof Engine.LlamaServer
                ? "on by default, off with --no-cache-prompt" + untried(trial)
                : "not told" + untried(trial);
    }

    /** Whether it tells tokens and cached tokens, half a sentence. */
    public static String usage(Engine engine, @Nullable Trial trial) {
        if (trial instanceof Trial.Answered seen) {
            String told = seen.cached() >= 0
                    ? "tokens and cached tokens"
                    : seen.prompt() >= 0 ? "tokens, not cached ones" : "none";
            return told + (seen.streams() ? "; streams too" : "; streams to clients that ask for it");
        }
        return engine instanceof Engine.LlamaServer
                ? "tokens and cached tokens, streams too; needs no flag"
                : engine instanceof Engine.Vllm
                        ? "cached tokens with --enable-prompt-tokens-details, streams with --enable-force-include-usage or when clients ask"
                                + untried(trial)
                        : "not told" + untried(trial);
    }

    private static String untried(@Nullable Trial trial) {
        return "; only an answer shows it" + (trial == null ? " (--generate)" : "");
    }
}
