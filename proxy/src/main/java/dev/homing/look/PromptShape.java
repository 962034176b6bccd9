// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import org.jspecify.annotations.Nullable;

/** Where an API's requests keep their prompt. */
public enum PromptShape {

    /** OpenAI's chat completions: the system prompt is a message. */
    CHAT(null, "messages"),

    /** Anthropic's messages. */
    MESSAGES("system", "messages"),

    /** OpenAI's responses. */
    RESPONSES("instructions", "input"),

    /** Completions of plain text. */
    COMPLETION(null, "prompt");

    private final @Nullable String system;
    private final String conversation;

    PromptShape(@Nullable String system, String conversation) {
        this.system = system;
        this.conversation = conversation;
    }

    /**
     * The shape of a POST to {@code path} (no query), null when it has no prompt. Servers may stand behind a prefix, so only the path's end
     * counts.
     */
    public static @Nullable PromptShape of(String path) {
        if (path.endsWith("/chat/completions")) {
            return CHAT;
        }
        if (path.endsWith("/v1/messages")) {
            return MESSAGES;
        }
        if (path.endsWith("/responses")) {
            return RESPONSES;
        }
        return path.endsWith("/completions") || path.endsWith("/completion") ? COMPLETION : null;
    }

    /** The key of a system prompt that stands apart from the conversation, null when none does. */
    @Nullable String system() {
        return system;
    }

    /** The key of the conversation: a text, or a list of texts or messages. */
    String conversation() {
        return conversation;
    }
}
