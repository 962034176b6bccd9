// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.GOOD;
import static dev.homing.control.ControlFixture.TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.health.Outcome;
import dev.homing.routing.BackendState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** The time of day, which an operator or NTP may set, is told and decides nothing. */
class JumpingClockTest {

    private static final long YEAR_MILLIS = Duration.ofDays(365).toMillis();

    private long looks;

    @Test
    void aTimeOfDayThatJumpsBackAndForthMovesNoProbeNoEjectionAndNoDrain() {
        List<String> steady = happenings(() -> 0);
        List<String> jumping = happenings(() -> looks++ % 2 == 0 ? -YEAR_MILLIS : YEAR_MILLIS);

        assertThat(looks).as("looks at the time of day").isPositive();
        assertThat(jumping).isEqualTo(steady).hasSizeGreaterThan(30);
    }

    /** What happens in a minute in which one backend fails, is ejected and comes back, and another is drained, with the time by the ticker. */
    private static List<String> happenings(LongSupplier clockOff) {
        ControlFixture fixture = new ControlFixture();
        fixture.clockOffMillis = clockOff;
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b"), Configs.backend("c")));
        List<String> happened = new ArrayList<>();
        fixture.loop.setState(null, "c", BackendState.DRAIN, Duration.ofSeconds(20));
        fixture.outcomes("a", Outcome.TIMEOUT, 3);
        for (int halfSeconds = 0; halfSeconds < 120; halfSeconds++) {
            if (halfSeconds == 40) {
                fixture.answers("a", TIMED_OUT);
            } else if (halfSeconds == 80) {
                fixture.answers("a", GOOD);
            }
            int before = fixture.asked.size();
            fixture.seconds(0.5);
            fixture.loop.backends();
            if (fixture.asked.size() > before || !fixture.transitions.isEmpty()) {
                happened.add(halfSeconds + ": " + (fixture.asked.size() - before) + " probes, " + fixture.transitions);
                fixture.transitions.clear();
            }
        }
        assertThat(String.join(" ", happened))
                .contains("a down ejected", "a up recovered", "c drain operator", "c off deadline");
        return happened;
    }
}
