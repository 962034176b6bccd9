// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A rendered prompt that the answer is appended to as it is generated. What a chat template puts first (tools, system prompt) is a chain
 * of its own, since a request's JSON may name it last.
 */
final class Prompt {

    /** What a chat template puts between messages: 4 tokens. */
    private static final byte[] MARK = "<|im_end|>\n<|s|>".getBytes(StandardCharsets.US_ASCII);

    private final PromptHasher head = new PromptHasher();
    private final PromptHasher body = new PromptHasher();

    void head(byte[] bytes, int offset, int length) {
        head.add(bytes, offset, length);
    }

    void body(byte[] bytes, int offset, int length) {
        body.add(bytes, offset, length);
    }

    /** The boundary before a message, and before the answer. */
    void mark() {
        body.add(MARK, 0, MARK.length);
    }

    /** Ends the head: from here on only the body grows. */
    void seal() {
        head.pad();
    }

    void append(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        body.add(bytes, 0, bytes.length);
    }

    long tokens() {
        return head.tokens() + body.tokens();
    }

    long digest() {
        return PromptHasher.mix(head.digest() ^ body.digest() * 31);
    }

    /** The block hashes of head and body as one chain. */
    long[] chain() {
        long[] first = head.blocks();
        long[] then = body.blocks();
        long[] chain = Arrays.copyOf(first, first.length + then.length);
        long salt = first.length == 0 ? 0 : head.digest();
        for (int i = 0; i < then.length; i++) {
            chain[first.length + i] = PromptHasher.mix(then[i] ^ salt);
        }
        return chain;
    }
}
