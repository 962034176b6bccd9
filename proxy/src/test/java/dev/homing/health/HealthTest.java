// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static dev.homing.health.Health.Event.FAULTS;
import static dev.homing.health.Health.Event.PROBE_BAD;
import static dev.homing.health.Health.Event.PROBE_GOOD;
import static dev.homing.health.Health.Event.PROBE_LOADING;
import static dev.homing.health.Health.Event.PROBE_REFUSED;
import static dev.homing.health.Health.Event.PROBE_UNAVAILABLE;
import static dev.homing.health.Health.Event.REQUEST_LOADING;
import static dev.homing.health.Health.down;
import static dev.homing.health.Health.ejected;
import static dev.homing.health.Health.loading;
import static dev.homing.health.Health.unknown;
import static dev.homing.health.Health.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.homing.health.Health.Event;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class HealthTest {

    private static final long NOW = 1_000;
    private static final long LATER = NOW + 1;
    private static final Health.Rules RULES = new Health.Rules(3, 2, 500);

    static Stream<Arguments> transitions() {
        return Stream.of(
                arguments(unknown(), PROBE_GOOD, up(0)),
                arguments(unknown(), PROBE_BAD, down(Cause.PROBE, 0)),
                arguments(unknown(), PROBE_REFUSED, down(Cause.REFUSED, 0)),
                arguments(unknown(), PROBE_UNAVAILABLE, down(Cause.UNAVAILABLE, 0)),
                arguments(unknown(), PROBE_LOADING, loading()),
                arguments(unknown(), REQUEST_LOADING, loading()),
                arguments(unknown(), FAULTS, unknown()),
                //
                arguments(up(0), PROBE_GOOD, up(0)),
                arguments(up(2), PROBE_GOOD, up(0)),
                arguments(up(0), PROBE_BAD, up(1)),
                arguments(up(1), PROBE_BAD, up(2)),
                arguments(up(2), PROBE_BAD, down(Cause.PROBE, 0)),
                arguments(up(7), PROBE_BAD, down(Cause.PROBE, 0)), // fall was lowered by a reload
                arguments(up(0), PROBE_REFUSED, down(Cause.REFUSED, 0)),
                arguments(up(0), PROBE_UNAVAILABLE, down(Cause.UNAVAILABLE, 0)),
                arguments(up(0), PROBE_LOADING, loading()),
                arguments(up(0), REQUEST_LOADING, loading()),
                arguments(up(2), FAULTS, ejected(NOW + 500)),
                //
                arguments(down(Cause.REFUSED, 0), PROBE_GOOD, down(Cause.REFUSED, 1)),
                arguments(down(Cause.REFUSED, 1), PROBE_GOOD, up(0)),
                arguments(down(Cause.REFUSED, 7), PROBE_GOOD, up(0)),
                arguments(down(Cause.REFUSED, 1), PROBE_BAD, down(Cause.PROBE, 0)),
                arguments(down(Cause.PROBE, 1), PROBE_REFUSED, down(Cause.REFUSED, 0)),
                arguments(down(Cause.PROBE, 1), PROBE_UNAVAILABLE, down(Cause.UNAVAILABLE, 0)),
                arguments(down(Cause.REFUSED, 1), PROBE_LOADING, loading()),
                arguments(down(Cause.REFUSED, 1), REQUEST_LOADING, down(Cause.REFUSED, 1)),
                arguments(down(Cause.REFUSED, 1), FAULTS, down(Cause.REFUSED, 1)),
                //
                arguments(loading(), PROBE_GOOD, up(0)),
                arguments(loading(), PROBE_BAD, down(Cause.PROBE, 0)),
                arguments(loading(), PROBE_REFUSED, down(Cause.REFUSED, 0)),
                arguments(loading(), PROBE_UNAVAILABLE, down(Cause.UNAVAILABLE, 0)),
                arguments(loading(), PROBE_LOADING, loading()),
                arguments(loading(), REQUEST_LOADING, loading()),
                arguments(loading(), FAULTS, loading()),
                // its time is over: the first probe decides
                arguments(ejected(NOW), PROBE_GOOD, up(0)),
                arguments(ejected(NOW), PROBE_BAD, down(Cause.PROBE, 0)),
                arguments(ejected(NOW), PROBE_REFUSED, down(Cause.REFUSED, 0)),
                arguments(ejected(NOW), PROBE_UNAVAILABLE, down(Cause.UNAVAILABLE, 0)),
                arguments(ejected(NOW), PROBE_LOADING, loading()),
                arguments(ejected(NOW), REQUEST_LOADING, loading()),
                arguments(ejected(NOW), FAULTS, ejected(NOW)));
    }

    @ParameterizedTest
    @MethodSource("transitions")
    void everyStateKnowsWhatFollowsEveryEvent(Health before, Event event, Health after) {
        assertThat(before.on(event, RULES, NOW)).isEqualTo(after);
    }

    @ParameterizedTest
    @EnumSource
    void nothingEndsAnEjectionBeforeItsTime(Event event) {
        assertThat(ejected(LATER).on(event, RULES, NOW)).isEqualTo(ejected(LATER));
    }

    @Test
    void anEjectionEndsWhenTheTickerOverflows() {
        Health out = ejected(Long.MAX_VALUE - 1);

        assertThat(out.on(PROBE_GOOD, RULES, Long.MAX_VALUE - 2)).isEqualTo(out);
        assertThat(out.on(PROBE_GOOD, RULES, Long.MIN_VALUE)).isEqualTo(up(0));
    }

    @Test
    void onlyUpIsHealthy() {
        assertThat(Stream.of(unknown(), down(Cause.PROBE, 1), ejected(NOW), loading()))
                .noneMatch(Health::healthy);
        assertThat(up(2).healthy()).isTrue();
    }

    @Test
    void aMovedBackendServesOnUntilItsFirstProbeDecides() {
        Health moved = up(0).moved(RULES);

        assertThat(moved.healthy()).isTrue();
        assertThat(moved.on(PROBE_BAD, RULES, NOW)).isEqualTo(down(Cause.PROBE, 0));
        assertThat(moved.on(PROBE_GOOD, RULES, NOW)).isEqualTo(up(0));
    }

    @Test
    void aMovedBackendThatWasOutStartsAnew() {
        assertThat(Stream.of(unknown(), down(Cause.PROBE, 0), ejected(LATER), loading())
                        .map(out -> out.moved(RULES)))
                .containsOnly(unknown());
    }

    @Test
    void thresholdsBelowOneAreRefused() {
        assertThatThrownBy(() -> new Health.Rules(0, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Health.Rules(1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Health.Rules(1, 1, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
