// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

/** An image as an engine sees it: however many bytes it has, 576 tokens that depend on all of them. */
final class ImageDigest {

    private static final int TOKENS = 576;

    private PromptHasher bytes = new PromptHasher();

    void reset() {
        bytes = new PromptHasher();
    }

    void add(byte[] data, int offset, int length) {
        bytes.add(data, offset, length);
    }

    void renderInto(Prompt prompt) {
        byte[] token = new byte[PromptHasher.TOKEN_BYTES];
        long state = bytes.digest();
        for (int i = 0; i < TOKENS; i++) {
            state = PromptHasher.mix(state + i);
            for (int b = 0; b < token.length; b++) {
                token[b] = (byte) (state >> (8 * b));
            }
            prompt.body(token, 0, token.length);
        }
    }
}
