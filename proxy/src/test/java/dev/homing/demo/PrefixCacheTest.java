// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrefixCacheTest {

    private static final int BLOCK = PromptHasher.BLOCK_TOKENS;

    @Test
    void theCommonPrefixOfTwoPromptsIsAHit() {
        PrefixCache cache = new PrefixCache(100 * BLOCK);
        cache.keep(new long[] {1, 2, 3}, 3);
        assertThat(cache.match(new long[] {1, 2, 9, 3})).isEqualTo(2);
        assertThat(cache.match(new long[] {2, 3})).isEqualTo(2);
        assertThat(cache.match(new long[] {9, 1})).isZero();
    }

    @Test
    void aBlockGoesBeforeItsParent() {
        PrefixCache cache = new PrefixCache(3 * BLOCK);
        cache.keep(new long[] {1, 2, 3}, 3);
        cache.keep(new long[] {7}, 1);
        assertThat(cache.match(new long[] {1, 2, 3})).isEqualTo(2);
        assertThat(cache.tokens()).isEqualTo(3L * BLOCK);
    }

    @Test
    void whatWasUsedLongestAgoGoesFirst() {
        PrefixCache cache = new PrefixCache(4 * BLOCK);
        cache.keep(new long[] {1, 2}, 2);
        cache.keep(new long[] {3, 4}, 2);
        assertThat(cache.match(new long[] {1, 2})).isEqualTo(2);
        cache.keep(new long[] {5, 6}, 2);
        assertThat(cache.match(new long[] {3, 4})).isZero();
        assertThat(cache.match(new long[] {1, 2})).isEqualTo(2);
    }

    @Test
    void aPromptLargerThanTheCacheLeavesItsBeginning() {
        PrefixCache cache = new PrefixCache(2 * BLOCK);
        cache.keep(new long[] {1, 2, 3, 4}, 4);
        assertThat(cache.match(new long[] {1, 2, 3, 4})).isEqualTo(2);
    }

    @Test
    void aCacheOfNothingHoldsNothing() {
        PrefixCache cache = new PrefixCache(0);
        cache.keep(new long[] {1}, 1);
        assertThat(cache.match(new long[] {1})).isZero();
    }
}
