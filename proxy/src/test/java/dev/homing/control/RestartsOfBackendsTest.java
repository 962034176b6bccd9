// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.GOOD;
import static dev.homing.control.ControlFixture.LOADING;
import static dev.homing.control.ControlFixture.TIMED_OUT;
import static dev.homing.control.ControlFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.Affinity;
import dev.homing.config.BackendConfig.State;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.config.PoolSettings;
import dev.homing.health.Outcome;
import dev.homing.health.StartTime;
import dev.homing.routing.Life;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How the control thread notices that an engine was started anew, which its sessions' caches do not survive. */
class RestartsOfBackendsTest {

    private static final HomingConfig STAY = Configs.of(Configs.backend("a"), Configs.backend("b"));
    private static final HomingConfig HOME = returning(Affinity.OnReturn.HOME);

    private final ControlFixture fixture = new ControlFixture();

    @Test
    void aRefusedProbeIsTheEndOfALifeHoweverLongItGoesOn() {
        fixture.startGood(STAY);
        assertThat(life()).isEqualTo(Life.FIRST);

        fixture.answers("a", refused("a"));
        fixture.seconds(10);
        assertThat(life()).isEqualTo(new Life(1, false));

        fixture.answers("a", GOOD);
        fixture.seconds(10);
        assertThat(fixture.healthy("a")).isTrue();
        assertThat(life()).isEqualTo(new Life(1, true));
        assertThat(fixture.backend("b").life()).isEqualTo(Life.FIRST);
    }

    @Test
    void aProbeOrARequestThatMeetsALoadingModelIsTheEndOfALife() {
        fixture.startGood(STAY);
        fixture.answers("a", LOADING);
        fixture.seconds(2);
        assertThat(life().number()).isEqualTo(1);
        fixture.answers("a", GOOD);
        fixture.seconds(2);

        fixture.outcome("a", Outcome.LOADING);
        assertThat(life().number()).isEqualTo(2);
    }

    /** Its address is out of reach and comes back: the engine behind it may never have noticed. */
    @Test
    void anOutageWithoutARefusalIsADoubtThatAGoodProbeSettles() {
        fixture.startGood(STAY);
        fixture.answers("a", TIMED_OUT);
        fixture.seconds(8);
        assertThat(fixture.healthy("a")).isFalse();
        assertThat(life()).isEqualTo(new Life(0, false));

        fixture.answers("a", GOOD);
        fixture.seconds(4);
        assertThat(fixture.healthy("a")).isTrue();
        assertThat(life()).isEqualTo(Life.FIRST);
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"CONNECT_FAILED", "RESET", "BAD_GATEWAY"})
    void aRequestThatFailsIsADoubtUntilTheNextProbe(Outcome outcome) {
        fixture.startGood(STAY);
        fixture.answers("a", null);
        fixture.seconds(1);

        fixture.outcome("a", outcome);
        assertThat(life()).isEqualTo(new Life(0, false));

        fixture.seconds(1);
        fixture.asked.stream()
                .filter(probe -> probe.target().url().getHost().equals("a"))
                .forEach(probe -> probe.answer().complete(GOOD));
        fixture.scheduler.run();
        assertThat(life()).isEqualTo(Life.FIRST);
    }

    @Test
    void aBusyBackendThatAnswersItsProbeLateIsNoDoubt() {
        fixture.startGood(STAY);
        fixture.deliveries.put(fixture.backend("a").slot(), Long.MAX_VALUE / 2);
        fixture.answers("a", TIMED_OUT);
        fixture.seconds(10);

        assertThat(fixture.healthy("a")).isTrue();
        assertThat(life()).isEqualTo(Life.FIRST);
    }

    @Test
    void anotherAddressIsAnotherLife() {
        fixture.startGood(STAY);
        fixture.answers("elsewhere", GOOD);

        fixture.apply(Configs.of(Configs.backend("a", "http://elsewhere:8000", State.READY), Configs.backend("b")));

        assertThat(fixture.healthy("a")).isTrue();
        assertThat(life()).isEqualTo(new Life(1, true));
    }

    @Test
    void startTimesAreAskedForOnlyWhereSessionsReturn() {
        fixture.startTimes.put("a", new StartTime.Told(100));
        fixture.startGood(STAY);
        fixture.seconds(10);
        assertThat(fixture.startTimesAsked).isEmpty();

        fixture.apply(HOME);
        fixture.seconds(60);
        assertThat(fixture.startTimesAsked)
                .as("once each, not with every probe")
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void anOutageIsSettledByTheStartTimeWhereThereIsOne() {
        fixture.startTimes.put("a", new StartTime.Told(100));
        fixture.startGood(HOME);

        outage();
        assertThat(life()).as("the same process").isEqualTo(Life.FIRST);

        fixture.startTimes.put("a", new StartTime.Told(101));
        outage();
        assertThat(life()).as("another one").isEqualTo(new Life(1, true));
    }

    @Test
    void aRestartThatNoProbeSawIsSeenByTheStartTimeAfterABrokenRequest() {
        fixture.startTimes.put("a", new StartTime.Told(100));
        fixture.startGood(HOME);
        fixture.startTimes.put("a", new StartTime.Told(101));

        fixture.outcome("a", Outcome.RESET);
        fixture.seconds(1);

        assertThat(life()).isEqualTo(new Life(1, true));
    }

    @Test
    void nobodyReturnsWhileTheStartTimeIsStillAwaited() {
        fixture.startTimes.put("a", new StartTime.Told(100));
        fixture.startGood(HOME);
        CompletableFuture<StartTime> late = new CompletableFuture<>();
        fixture.lateStartTimes.put("a", late);

        outage();
        fixture.seconds(60);
        assertThat(life()).isEqualTo(new Life(0, false));
        assertThat(fixture.startTimesAsked)
                .as("never twice at a time")
                .filteredOn("a"::equals)
                .hasSize(2);

        late.complete(new StartTime.Told(100));
        fixture.scheduler.run();
        assertThat(life()).isEqualTo(Life.FIRST);
    }

    @Test
    void anAnswerFromBeforeARestartSaysNothingAboutTheNextLife() {
        CompletableFuture<StartTime> late = new CompletableFuture<>();
        fixture.lateStartTimes.put("a", late);
        fixture.startGood(HOME);
        fixture.answers("a", refused("a"));
        fixture.seconds(2);
        fixture.answers("a", GOOD);
        fixture.seconds(4);
        assertThat(life()).isEqualTo(new Life(1, true));
        fixture.lateStartTimes.clear();
        fixture.startTimes.put("a", new StartTime.Told(200));

        late.complete(new StartTime.Told(100));
        fixture.seconds(60);

        assertThat(life()).isEqualTo(new Life(1, true));
    }

    private void outage() {
        fixture.answers("a", TIMED_OUT);
        fixture.seconds(8);
        assertThat(fixture.healthy("a")).isFalse();
        fixture.answers("a", GOOD);
        fixture.seconds(6);
        assertThat(fixture.healthy("a")).isTrue();
    }

    private Life life() {
        return fixture.backend("a").life();
    }

    private static HomingConfig returning(Affinity.OnReturn onReturn) {
        PoolConfig pool = STAY.pools().get(0);
        PoolSettings settings = pool.settings();
        Affinity affinity = settings.affinity();
        Affinity.Stickiness stickiness = affinity.stickiness();
        PoolSettings changed = new PoolSettings(
                new Affinity(
                        affinity.identity(),
                        affinity.placement(),
                        new Affinity.Stickiness(
                                stickiness.idleTtl(), stickiness.onUnhealthy(), onReturn, stickiness.whenFull()),
                        affinity.table()),
                settings.queue(),
                settings.health(),
                settings.timeouts(),
                settings.limits(),
                settings.upstream());
        return Configs.of(new PoolConfig(pool.name(), pool.backends(), changed));
    }
}
