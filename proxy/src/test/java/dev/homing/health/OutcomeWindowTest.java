// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutcomeWindowTest {

    private final OutcomeWindow window = new OutcomeWindow();

    @Test
    void theLimitIsReachedByTheLastFaultWithinTheWindow() {
        assertThat(window.fault(0, 3, 10)).isFalse();
        assertThat(window.fault(5, 3, 10)).isFalse();
        assertThat(window.fault(9, 3, 10)).isTrue();
    }

    @Test
    void aFaultAsOldAsTheWindowNoLongerCounts() {
        window.fault(0, 3, 10);
        window.fault(5, 3, 10);

        assertThat(window.fault(10, 3, 10)).isFalse();
    }

    @Test
    void theWindowSlides() {
        for (long now = 0; now < 1_000; now += 5) {
            assertThat(window.fault(now, 3, 10)).isFalse();
        }
        assertThat(window.fault(996, 3, 10)).isTrue();
    }

    @Test
    void aLimitOfOneIsReachedAtOnce() {
        assertThat(window.fault(7, 1, 0)).isTrue();
    }

    @Test
    void aLimitThatAReloadLoweredHoldsFromTheNextFault() {
        window.fault(0, 100, 10);

        assertThat(window.fault(1, 2, 10)).isTrue();
    }

    @Test
    void whatIsForgottenDoesNotCount() {
        window.fault(0, 2, 10);
        window.clear();

        assertThat(window.fault(1, 2, 10)).isFalse();
    }

    @Test
    void timesAreComparedAcrossAnOverflowOfTheTicker() {
        window.fault(Long.MAX_VALUE, 2, 10);

        assertThat(window.fault(Long.MIN_VALUE + 3, 2, 10)).isTrue();
    }
}
