// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.FleetObserver.Operation;
import dev.homing.affinity.SharedTable.Fault;
import dev.homing.affinity.SharedTable.Kind;
import dev.homing.affinity.SharedTable.Said;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ReachTest {

    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(100);

    private long now = Long.MAX_VALUE - PATIENCE; // a clock may begin anywhere
    private final Reach reach = new Reach(new Silent(), () -> now);

    @BeforeEach
    void alive() {
        reach.alive();
    }

    @Test
    void aMomentInWhichNobodyGetsAnAnswerCountsOnce() {
        long asked = now;
        now += PATIENCE;
        for (int question = 0; question < 50; question++) {
            giveUp(asked + question);
        }
        assertThat(reach.isUp()).isTrue();

        giveUpAfterPatience();
        assertThat(reach.isUp()).isTrue();
        giveUpAfterPatience();
        assertThat(reach.isUp()).isFalse();
    }

    @Test
    void anAnswerBetweenThemBeginsTheCountAnew() {
        giveUpAfterPatience();
        giveUpAfterPatience();
        reach.heard(Operation.PLACE, Said.before(null), now, true);
        giveUpAfterPatience();
        giveUpAfterPatience();
        assertThat(reach.isUp()).isTrue();

        giveUpAfterPatience();
        assertThat(reach.isUp()).isFalse();
    }

    @Test
    void whereNobodyIsThereOneAnswerIsEnough() {
        reach.heard(Operation.PLACE, Said.nothing(new Fault(Kind.AWAY, "connection refused")), now, false);

        assertThat(reach.isUp()).isFalse();
    }

    private void giveUpAfterPatience() {
        long asked = now;
        now += PATIENCE;
        giveUp(asked);
    }

    private void giveUp(long asked) {
        reach.heard(Operation.PLACE, Said.nothing(new Fault(Kind.TIMEOUT, "no answer in time")), asked, false);
    }

    private static final class Silent implements FleetObserver {

        @Override
        public void asked(Operation operation, Result result) {}

        @Override
        public void up() {}

        @Override
        public void away(String reason) {}
    }
}
