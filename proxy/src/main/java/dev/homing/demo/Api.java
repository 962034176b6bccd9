// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

/** The protocols a replica generates by, and the two that only count. */
enum Api {
    CHAT("messages", "chatcmpl-"),
    COMPLETION("prompt", "cmpl-"),
    /** llama-server's own {@code /completion}. */
    NATIVE("prompt", ""),
    RESPONSES("input", "resp_"),
    MESSAGES("messages", "msg_"),
    TOKENIZE("", ""),
    COUNT_TOKENS("messages", "");

    private final String required;
    private final String idPrefix;

    Api(String required, String idPrefix) {
        this.required = required;
        this.idPrefix = idPrefix;
    }

    /** The member that a request must have; empty = none. */
    String required() {
        return required;
    }

    String idPrefix() {
        return idPrefix;
    }

    boolean generates() {
        return this != TOKENIZE && this != COUNT_TOKENS;
    }
}
