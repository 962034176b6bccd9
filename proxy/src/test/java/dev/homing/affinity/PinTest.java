// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.Doubt.Sign;
import dev.homing.routing.SessionKey;
import org.junit.jupiter.api.Test;

class PinTest {

    private static final long TTL = 100;

    private final Pin pin = new Pin(new SessionKey(7));

    @Test
    void whatRunsWhatIsDoubtedAndWhetherItHasEndedDoNotDisturbEachOther() {
        pin.admit(TTL, 0);
        assertThat(pin.note(Sign.BESIDE)).as("a suspect by one sign").isFalse();
        assertThat(pin.enter(TTL, 0)).isTrue();
        assertThat(pin.suspicion()).isNull();
        assertThat(pin.note(Sign.SHRUNK)).as("by a second one").isTrue();
        assertThat(pin.note(Sign.SHRUNK)).as("once more").isFalse();
        assertThat(pin.running()).isEqualTo(2);

        pin.end();
        pin.leave(10);

        assertThat(pin.running()).isEqualTo(1);
        assertThat(pin.suspicion()).isEqualTo(new Suspicion(true, true));
        assertThat(pin.enter(TTL, 10)).as("a request after its end").isFalse();

        pin.leave(20);

        assertThat(pin.running()).isZero();
        assertThat(pin.suspicion()).isEqualTo(new Suspicion(true, true));
        assertThat(pin.nanosLeft(20)).isZero();
    }

    @Test
    void aSuspectThatIsIdleEndsWithItsTtl() {
        pin.admit(TTL, 0);
        pin.note(Sign.SHRUNK);
        pin.note(Sign.SHRUNK);
        pin.leave(50);

        assertThat(pin.endIfIdle(149)).isFalse();
        assertThat(pin.hasEnded(() -> 149)).isFalse();
        assertThat(pin.hasEnded(() -> 150)).isTrue();
        assertThat(pin.endIfIdle(150)).isTrue();
    }
}
