// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BlockCacheTest {

    @Test
    void onlyTheLeadingBlocksCount() {
        BlockCache cache = cache(10, 1, 2, 3, 5);

        assertThat(cache.leading(new int[] {1, 2, 3, 4, 5})).isEqualTo(3);
        assertThat(cache.leading(new int[] {4, 1, 2})).isZero();
        assertThat(cache.leading(new int[] {})).isZero();
    }

    @Test
    void whatWasUsedLongestAgoIsForgottenFirst() {
        BlockCache cache = cache(3, 1);
        cache.use(new int[] {2});
        cache.use(new int[] {3});
        cache.use(new int[] {1});

        cache.use(new int[] {4});

        assertThat(cache.leading(new int[] {1, 3, 4})).isEqualTo(3);
        assertThat(cache.leading(new int[] {2})).isZero();
        assertThat(cache.size()).isEqualTo(3);
    }

    @Test
    void aBlockIsForgottenBeforeTheOneThatItContinues() {
        BlockCache cache = cache(4, 1, 2, 3, 4);

        cache.use(new int[] {9});
        assertThat(cache.leading(new int[] {1, 2, 3, 4})).isEqualTo(3);
        cache.use(new int[] {8});
        assertThat(cache.leading(new int[] {1, 2, 3, 4})).isEqualTo(2);
    }

    @Test
    void ofAPromptThatIsTooLongItsBeginningStays() {
        BlockCache cache = cache(3, 1, 2, 3, 4, 5);

        assertThat(cache.leading(new int[] {1, 2, 3, 4, 5})).isEqualTo(3);
    }

    @Test
    void lookingIsNoUse() {
        BlockCache cache = cache(2, 1);
        cache.use(new int[] {2});
        assertThat(cache.leading(new int[] {1})).isEqualTo(1);

        cache.use(new int[] {3});

        assertThat(cache.leading(new int[] {1})).isZero();
    }

    @Test
    void aCacheOfNothingHoldsNothing() {
        assertThat(cache(0, 1, 2).size()).isZero();
        BlockCache lost = cache(5, 1, 2);
        lost.clear();
        assertThat(lost.leading(new int[] {1})).isZero();
    }

    private static BlockCache cache(int capacity, int... prompt) {
        BlockCache cache = new BlockCache(capacity);
        cache.use(prompt);
        return cache;
    }
}
