// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class AllowanceTest {

    private static final long EACH = TimeUnit.MILLISECONDS.toNanos(100);

    private final Allowance allowance = new Allowance(3, 10, 0);

    @Test
    void asManyAsItHoldsMayComeAtOnceAndNoMore() {
        assertThat(taken(0)).isEqualTo(3);
    }

    @Test
    void itGrowsBackWithTimeAndNotBeforeIt() {
        taken(0);

        assertThat(allowance.take(EACH - 1, true)).isFalse();
        assertThat(allowance.take(EACH, true)).isTrue();
        assertThat(allowance.take(2 * EACH - 1, true)).isFalse();
        assertThat(allowance.take(2 * EACH, true)).isTrue();
    }

    @Test
    void itNeverHoldsMoreThanAtFirst() {
        taken(0);

        assertThat(taken(1000 * EACH)).isEqualTo(3);
    }

    @Test
    void timeInWhichItDoesNotGrowIsLost() {
        taken(0);

        assertThat(allowance.take(10 * EACH, false)).isFalse();
        assertThat(allowance.take(11 * EACH - 1, true)).isFalse();
        assertThat(allowance.take(11 * EACH, true)).isTrue();
    }

    private int taken(long now) {
        int taken = 0;
        while (allowance.take(now, true)) {
            taken++;
        }
        return taken;
    }
}
