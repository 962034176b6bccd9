// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.GOOD;
import static dev.homing.control.ControlFixture.LOADING;
import static dev.homing.control.ControlFixture.TIMED_OUT;
import static dev.homing.control.ControlFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.BackendConfig.State;
import dev.homing.health.ProbeResult;
import dev.homing.routing.Backend;
import org.junit.jupiter.api.Test;

/** What probes make of backends. */
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
}
