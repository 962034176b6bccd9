// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.GOOD;
import static dev.homing.control.ControlFixture.LOADING;
import static dev.homing.control.ControlFixture.TIMED_OUT;
import static dev.homing.control.ControlFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.BackendConfig.State;
import dev.homing.health.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the outcomes of requests make of backends. */
class OutcomesOfBackendsTest {

    private final ControlFixture fixture = new ControlFixture();

    @Test
    void aRequestAnsweredLoadingModelTakesABackendOutAtOnce() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.seconds(1);
        fixture.answers("a", LOADING);

        fixture.outcome("a", Outcome.LOADING);

        assertThat(fixture.healthy("a")).isFalse();
        assertThat(fixture.probesOf("a")).isEqualTo(2); // asked at once, so that a stale answer is soon put right
        fixture.answers("a", GOOD);
        fixture.seconds(2);
        assertThat(fixture.healthy("a")).isTrue();
        assertThat(fixture.transitions).containsExactly("default/a down loading", "default/a up recovered");
    }

    @Test
    void faultsWithinTheWindowEjectUntilTheTimeIsOverAndAProbeIsGood() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.seconds(1);

        fixture.outcomes("a", Outcome.TIMEOUT, 2);
        assertThat(fixture.healthy("a")).isTrue();
        fixture.outcome("a", Outcome.BAD_GATEWAY);
        assertThat(fixture.healthy("a")).isFalse();
        assertThat(fixture.view("a").reason())
                .isEqualTo("ejected for 10s after 3 faults within 10s, the last: bad gateway");

        fixture.seconds(9.999);
        assertThat(fixture.healthy("a")).isFalse();
        fixture.seconds(0.001);
        assertThat(fixture.healthy("a")).isTrue();
        assertThat(fixture.transitions).containsExactly("default/a down ejected", "default/a up recovered");
    }

    @Test
    void anEjectedBackendWhoseProbeIsBadAfterItsTimeIsDown() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.seconds(1);
        fixture.outcomes("a", Outcome.TIMEOUT, 3);
        fixture.answers("a", TIMED_OUT);
        fixture.seconds(10);
        fixture.answers("a", GOOD);

        fixture.seconds(2);
        assertThat(fixture.healthy("a")).isFalse();
        fixture.seconds(2);
        assertThat(fixture.healthy("a")).isTrue();
        assertThat(fixture.transitions).containsExactly("default/a down ejected", "default/a up recovered");
    }

    @Test
    void faultsFurtherApartThanTheWindowDoNotEject() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        for (int i = 0; i < 10; i++) {
            fixture.outcome("a", Outcome.TIMEOUT);
            fixture.seconds(5);
        }

        assertThat(fixture.healthy("a")).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"NEUTRAL", "BACK_PRESSURE"})
    void onlyFaultsEject(Outcome outcome) {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));

        fixture.outcomes("a", outcome, 1_000);

        assertThat(fixture.healthy("a")).isTrue();
        assertThat(fixture.transitions).isEmpty();
    }

    @Test
    void theLastEligibleBackendIsNeverEjected() {
        fixture.startGood(Configs.of(
                Configs.backend("a"), Configs.backend("b"), Configs.backend("c", "http://c:8000", State.DRAIN)));
        fixture.outcomes("a", Outcome.TIMEOUT, 3);
        assertThat(fixture.healthy("a")).isFalse();

        fixture.outcomes("b", Outcome.TIMEOUT, 50);

        assertThat(fixture.healthy("b")).isTrue();
    }

    @Test
    void backendsOfAnotherPoolDoNotMakeTheLastOneDispensable() {
        fixture.startGood(
                Configs.of(Configs.pool("chat", Configs.backend("a")), Configs.pool("embed", Configs.backend("b"))));

        fixture.outcomes("a", Outcome.TIMEOUT, 50);

        assertThat(fixture.healthy("a")).isTrue();
    }

    @Test
    void faultsThatWereForgivenCountOnceTheBackendIsNotTheLast() {
        fixture.answers("b", refused("b"));
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.outcomes("a", Outcome.TIMEOUT, 3);
        fixture.answers("b", GOOD);
        fixture.seconds(4);
        assertThat(fixture.healthy("b")).isTrue();
        assertThat(fixture.healthy("a")).isTrue();

        fixture.outcome("a", Outcome.TIMEOUT);

        assertThat(fixture.healthy("a")).isFalse();
    }

    @Test
    void faultsFromBeforeAnOutageDoNotCountAfterIt() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.seconds(1.5);
        fixture.outcomes("a", Outcome.TIMEOUT, 2);
        fixture.answers("a", LOADING);
        fixture.seconds(2);
        fixture.answers("a", GOOD);
        fixture.seconds(2);
        assertThat(fixture.healthy("a")).isTrue();

        fixture.outcome("a", Outcome.TIMEOUT);

        assertThat(fixture.healthy("a")).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"CONNECT_FAILED", "RESET"})
    void aBrokenConnectionHasTheBackendProbedAtOnce(Outcome outcome) {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.seconds(1);
        fixture.answers("a", refused("a"));

        fixture.outcome("a", outcome);

        assertThat(fixture.healthy("a")).isFalse();
        assertThat(fixture.transitions).containsExactly("default/a down refused");
    }

    @Test
    void outcomesOfASlotThatIsNotConfiguredAreIgnored() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));

        fixture.loop.outcome(77, Outcome.LOADING);
        fixture.scheduler.run();

        assertThat(fixture.transitions).isEmpty();
    }
}
