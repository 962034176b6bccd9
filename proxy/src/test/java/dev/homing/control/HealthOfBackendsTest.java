// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.GOOD;
import static dev.homing.control.ControlFixture.LOADING;
import static dev.homing.control.ControlFixture.TIMED_OUT;
import static dev.homing.control.ControlFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.BackendConfig.State;
import dev.homing.health.Outcome;
import dev.homing.health.ProbeResult;
import dev.homing.routing.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What probes and the outcomes of requests make of backends. */
class HealthOfBackendsTest {

    private static final ProbeResult UNSENT = new ProbeResult.Unsent("Cannot assign requested address");

    private final ControlFixture fixture = new ControlFixture();

    @Test
    void aBackendIsOutUntilItsFirstProbeWhichIsSentAtOnce() {
        fixture.loop.start(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.scheduler.run();

        assertThat(fixture.asked).hasSize(2);
        assertThat(fixture.table().pools().get(0).eligible()).isEmpty();
        assertThat(fixture.view("a").reason()).isEqualTo("not probed yet");

        fixture.asked.get(0).answer().complete(GOOD);
        fixture.scheduler.run();

        assertThat(fixture.table().pools().get(0).eligible())
                .extracting(Backend::id)
                .containsExactly("a");
        assertThat(fixture.transitions).containsExactly("default/a up probe");
        assertThat(fixture.view("a").reason()).isEqualTo("probe answered 200");
    }

    @Test
    void theFirstProbesAreDoneWhenEveryBackendIsKnown() {
        fixture.loop.start(Configs.of(Configs.backend("a"), Configs.backend("b")));
        var done = fixture.loop.firstProbes().toCompletableFuture();
        fixture.scheduler.run();

        fixture.asked.get(0).answer().complete(GOOD);
        fixture.scheduler.run();
        assertThat(done).isNotDone();

        fixture.asked.get(1).answer().complete(refused("b"));
        fixture.scheduler.run();
        assertThat(done).isCompleted();
    }

    @Test
    void aBackendThatCannotBeReachedAtTheStartIsDown() {
        fixture.answers("a", new ProbeResult.Failed("cannot resolve a"));
        fixture.answers("b", GOOD);
        fixture.loop.start(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.scheduler.run();

        assertThat(fixture.healthy("a")).isFalse();
        assertThat(fixture.view("a").reason()).isEqualTo("probe failed (cannot resolve a)");
        assertThat(fixture.healthy("b")).isTrue();
        assertThat(fixture.transitions).containsExactly("default/a down probe", "default/b up probe");
    }

    @Test
    void aBackendThatIsOffFromTheStartMakesNoTransition() {
        fixture.answers("a", refused("a"));
        fixture.loop.start(Configs.of(Configs.backend("a", "http://a:8000", State.OFF)));
        fixture.scheduler.run();

        assertThat(fixture.transitions).isEmpty();
    }

    @Test
    void lateProbesOfABackendThatNeverDeliveredCountWhateverTheTickerSays() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.seconds(9);
        assertThat(fixture.scheduler.nanos()).isPositive();
        fixture.answers("a", TIMED_OUT);

        fixture.seconds(6);

        assertThat(fixture.healthy("a")).isFalse();
    }

    @Test
    void probesThatCouldNotBeSentSayNothingAgainstABackendThatIsUp() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.answers("a", UNSENT);

        fixture.seconds(60);

        assertThat(fixture.healthy("a")).isTrue();
        assertThat(fixture.transitions).isEmpty();
    }

    @Test
    void aBackendToWhichNoProbeCouldEverBeSentStartsDown() {
        fixture.answers("a", UNSENT);
        fixture.answers("b", GOOD);
        fixture.loop.start(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.scheduler.run();

        assertThat(fixture.healthy("a")).isFalse();
        assertThat(fixture.view("a").reason()).isEqualTo("probe not sent (Cannot assign requested address)");
        fixture.answers("a", GOOD);
        fixture.seconds(4);
        assertThat(fixture.healthy("a")).isTrue();
    }

    @Test
    void badProbesTakeABackendOutAtFallAndGoodOnesBringItBackAtRise() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.answers("a", new ProbeResult.Answered(500, false));

        fixture.seconds(4);
        assertThat(fixture.healthy("a")).isTrue();
        fixture.seconds(2);
        assertThat(fixture.healthy("a")).isFalse();
        assertThat(fixture.view("a").sinceEpochMillis()).isEqualTo(-3_000 + 6_000);

        fixture.answers("a", GOOD);
        fixture.seconds(2);
        assertThat(fixture.healthy("a")).isFalse();
        fixture.seconds(2);
        assertThat(fixture.healthy("a")).isTrue();
        assertThat(fixture.transitions).containsExactly("default/a down probe", "default/a up recovered");
    }

    @Test
    void aRefusedProbeTakesABackendOutAtOnce() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.answers("a", refused("a"));

        fixture.seconds(2);

        assertThat(fixture.healthy("a")).isFalse();
        assertThat(fixture.transitions).containsExactly("default/a down refused");
        assertThat(fixture.view("a").reason()).isEqualTo("probe refused (connect to a:8000)");
    }

    @Test
    void aBackendThatIsDownTellsTheLatestReason() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.answers("a", refused("a"));
        fixture.seconds(2);
        int tables = fixture.tables.size();
        fixture.answers("a", TIMED_OUT);
        fixture.seconds(2);

        assertThat(fixture.view("a").reason()).isEqualTo("probe timed out after 5s");
        assertThat(fixture.tables).hasSize(tables);
        assertThat(fixture.transitions).containsExactly("default/a down refused");
    }

    @Test
    void anUnavailableBackendIsOutAtOnceAndOneGoodProbeEndsLoading() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.answers("a", new ProbeResult.Answered(503, false));
        fixture.answers("b", LOADING);
        fixture.seconds(2);
        assertThat(fixture.transitions)
                .containsExactlyInAnyOrder("default/a down unavailable", "default/b down loading");

        fixture.answers("a", GOOD);
        fixture.answers("b", GOOD);
        fixture.seconds(2);
        assertThat(fixture.healthy("a")).isFalse();
        assertThat(fixture.healthy("b")).isTrue();
    }

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
    void aLateProbeDoesNotCountWhileTheBackendsStreamsDeliver() {
        fixture.answers("a", null);
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.asked.get(0).answer().complete(GOOD);
        fixture.scheduler.run();
        for (int late = 0; late < 5; late++) {
            fixture.seconds(2);
            long started = fixture.asked.stream()
                    .filter(probe -> !probe.answer().isDone())
                    .findFirst()
                    .orElseThrow()
                    .atNanos();
            fixture.deliveries.put(fixture.backend("a").slot(), started);
            fixture.asked.forEach(probe -> probe.answer().complete(TIMED_OUT));
            fixture.scheduler.run();
        }

        assertThat(fixture.healthy("a")).isTrue();
        assertThat(fixture.transitions).containsExactly("default/a up probe");
    }

    @Test
    void bytesThatCameBeforeALateProbeDoNotExcuseIt() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.answers("a", TIMED_OUT);
        for (int late = 0; late < 3; late++) {
            fixture.deliveries.put(fixture.backend("a").slot(), fixture.scheduler.nanos() + 1_999_999_999);
            fixture.seconds(2);
        }

        assertThat(fixture.healthy("a")).isFalse();
    }

    @Test
    void deliveriesExcuseNoRefusal() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.deliveries.put(fixture.backend("a").slot(), Long.MAX_VALUE);
        fixture.answers("a", refused("a"));

        fixture.seconds(2);

        assertThat(fixture.healthy("a")).isFalse();
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
