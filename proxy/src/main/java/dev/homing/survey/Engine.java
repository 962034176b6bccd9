// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import org.jspecify.annotations.Nullable;

/** What kind of server a backend is, and what only that kind tells. Text that servers sent is told as they sent it, but without control characters. */
public sealed interface Engine {

    /** What people call it, with its version where that is told. */
    String text();

    /**
     * llama.cpp's server.
     *
     * @param props null when it does not tell them: it loads its model, or wants a key
     */
    record LlamaServer(@Nullable Props props) implements Engine {

        @Override
        public String text() {
            return props == null
                    ? "llama-server"
                    : (props.router() ? "llama-server, a router, " : "llama-server ") + props.build();
        }
    }

    /**
     * What a llama-server tells at {@code /props}.
     *
     * @param build such as {@code b10573-d775b8967}
     * @param slots requests that it works on at once; 0 = it tells none
     * @param context tokens that a request may have; 0 = it tells none
     * @param metrics whether it was started with {@code --metrics}
     * @param asleep whether it has unloaded its model for want of requests
     * @param router whether it hands requests to a server for each model
     */
    record Props(String build, int slots, int context, boolean metrics, boolean asleep, boolean router) {}

    /**
     * vLLM's server.
     *
     * @param version null when it does not tell it
     * @param cache null when its metrics do not tell of it
     */
    record Vllm(@Nullable String version, @Nullable Cache cache) implements Engine {

        @Override
        public String text() {
            return version == null ? "vLLM" : "vLLM " + version;
        }
    }

    /**
     * What a vLLM tells of its cache at {@code /metrics}.
     *
     * @param prefixes whether it looks prompts up in it
     * @param tokens that it holds, of one engine; 0 = it tells none
     * @param ranks engines behind this one address (data parallel), {@code >= 1}
     */
    record Cache(boolean prefixes, long tokens, int ranks) {}

    /**
     * Another server that lists models as OpenAI's API does.
     *
     * @param owner what it says its models are owned by, such as {@code sglang}; may be empty
     */
    record Other(String owner) implements Engine {

        @Override
        public String text() {
            return owner.isEmpty() ? "a server that lists models" : "a server that lists models of \"" + owner + "\"";
        }
    }

    /** No server that is known here, as far as it tells. */
    record Unknown() implements Engine {

        @Override
        public String text() {
            return "unknown";
        }
    }
}
