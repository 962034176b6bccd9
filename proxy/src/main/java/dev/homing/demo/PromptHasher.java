// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.util.Arrays;

/**
 * The prompt as an engine's cache sees it: a chain of hashes, one a block of tokens, each over everything before it, so that two prompts
 * agree in exactly the blocks of their common prefix. The text itself is not kept.
 */
final class PromptHasher {

    /** Bytes a token; real tokenizers come to about this on English text and code. */
    static final int TOKEN_BYTES = 4;

    /** Tokens a block, vLLM's default. */
    static final int BLOCK_TOKENS = 16;

    private static final int BLOCK_BYTES = BLOCK_TOKENS * TOKEN_BYTES;
    private static final int MAX_BLOCKS = 1 << 16;
    private static final long PRIME = 0x100000001b3L;

    private long[] blocks = new long[64];
    private int count;
    private long bytes;
    private long hash = 0xcbf29ce484222325L;

    void add(byte[] data, int offset, int length) {
        long h = hash;
        int inBlock = (int) (bytes % BLOCK_BYTES);
        for (int i = offset; i < offset + length; i++) {
            h = (h ^ (data[i] & 0xff)) * PRIME;
            if (++inBlock == BLOCK_BYTES) {
                h = mix(h);
                keep(h);
                inBlock = 0;
            }
        }
        hash = h;
        bytes += length;
    }

    /** Fills the block that was begun, so that what follows starts a new one. */
    void pad() {
        int missing = (int) (BLOCK_BYTES - bytes % BLOCK_BYTES) % BLOCK_BYTES;
        add(new byte[missing], 0, missing);
    }

    /** Tokens so far, a begun one included. */
    long tokens() {
        return (bytes + TOKEN_BYTES - 1) / TOKEN_BYTES;
    }

    /** A hash over everything so far. */
    long digest() {
        return mix(hash ^ bytes);
    }

    /** The hashes of the whole blocks so far, at most 65,536 (a million tokens): no cache holds more. */
    long[] blocks() {
        return Arrays.copyOf(blocks, count);
    }

    private void keep(long block) {
        if (count == MAX_BLOCKS) {
            return;
        }
        if (count == blocks.length) {
            blocks = Arrays.copyOf(blocks, count * 2);
        }
        blocks[count++] = block;
    }

    /** The finalizer of SplitMix64: every input bit reaches every output bit. */
    static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
