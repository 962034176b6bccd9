// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.health.ProbeResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ProbeScheduleTest {

    private static final long MILLI = 1_000_000;

    private final FakeScheduler scheduler = new FakeScheduler(0);
    private final ControlThread thread = new ControlThread(scheduler, scheduler::nanos);
    private final List<Long> startedMillis = new ArrayList<>();
    private final List<CompletableFuture<ProbeResult>> open = new ArrayList<>();
    private final List<ProbeResult> results = new ArrayList<>();
    private boolean answering = true;

    private final ProbeSchedule.Subject subject = new ProbeSchedule.Subject() {
        @Override
        public Duration interval() {
            return Duration.ofSeconds(2);
        }

        @Override
        public CompletionStage<ProbeResult> probe() {
            startedMillis.add(scheduler.nanos() / MILLI);
            CompletableFuture<ProbeResult> probe = new CompletableFuture<>();
            if (answering) {
                probe.complete(GOOD);
            }
            open.add(probe);
            return probe;
        }

        @Override
        public void probed(ProbeResult result, long startedNanos) {
            results.add(result);
        }
    };

    private final ProbeSchedule schedule = new ProbeSchedule(thread, () -> Long.MIN_VALUE, subject);

    private void on(Runnable task) {
        thread.execute(task);
        scheduler.run();
    }

    private void millis(long millis) {
        scheduler.advance(Duration.ofMillis(millis));
    }

    @Test
    void theFirstProbeIsSentAtOnceAndTheOthersEveryInterval() {
        on(schedule::start);
        millis(6_000);

        assertThat(startedMillis).containsExactly(0L, 2_000L, 4_000L, 6_000L);
    }

    @Test
    void intervalsAreJitteredAroundTheConfiguredOne() {
        ProbeSchedule jittered = new ProbeSchedule(thread, new SplittableRandom(7), subject);
        on(jittered::start);
        millis(2_000_000);

        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < startedMillis.size(); i++) {
            gaps.add(startedMillis.get(i) - startedMillis.get(i - 1));
        }
        assertThat(gaps).allMatch(gap -> gap >= 1_599 && gap <= 2_401);
        assertThat(gaps).anyMatch(gap -> gap < 1_700).anyMatch(gap -> gap > 2_300);
        assertThat(gaps.stream().mapToLong(gap -> gap).average().orElse(0)).isBetween(1_950.0, 2_050.0);
    }

    @Test
    void aProbeThatHangsIsNotOvertakenByAnother() {
        answering = false;
        on(schedule::start);
        on(schedule::soon);
        millis(60_000);

        assertThat(startedMillis).containsExactly(0L);
    }

    @Test
    void afterAProbeThatTookLongerThanAnIntervalTheNextOneFollowsAtOnce() {
        answering = false;
        on(schedule::start);
        millis(5_000);
        on(() -> open.get(0).complete(GOOD));

        assertThat(startedMillis).containsExactly(0L, 5_000L);
    }

    @Test
    void anEarlyProbeTakesTheNextOnesPlace() {
        on(schedule::start);
        millis(1_000);
        on(schedule::soon);
        millis(3_000);

        assertThat(startedMillis).containsExactly(0L, 1_000L, 3_000L);
    }

    @Test
    void earlyProbesKeepTheGap() {
        on(schedule::start);
        for (int i = 0; i < 1_000; i++) {
            millis(1);
            on(schedule::soon);
        }

        assertThat(startedMillis).hasSize(11).startsWith(0L, 100L, 200L);
    }

    @Test
    void whatIsAskedForDuringAProbeComesRightAfterIt() {
        answering = false;
        on(schedule::start);
        millis(500);
        on(schedule::soon);
        on(() -> open.get(0).complete(GOOD));

        assertThat(startedMillis).containsExactly(0L, 500L);
    }

    @Test
    void aProbeAskedForAtATimeComesThenUnlessAnotherComesBefore() {
        on(schedule::start);
        on(() -> schedule.at(1_500 * MILLI));
        on(() -> schedule.at(1_900 * MILLI));
        millis(2_000);

        assertThat(startedMillis).containsExactly(0L, 1_500L);
    }

    @Test
    void afterAStopNothingIsProbedAndNoAnswerCounts() {
        answering = false;
        on(schedule::start);
        on(schedule::stop);
        on(() -> open.get(0).complete(GOOD));
        millis(10_000);

        assertThat(startedMillis).containsExactly(0L);
        assertThat(results).isEmpty();
    }

    @Test
    void aNewStartDropsTheAnswerUnderWay() {
        answering = false;
        on(schedule::start);
        millis(10);
        on(schedule::start);
        on(() -> open.get(0).complete(new ProbeResult.Failed("of the old address")));
        on(() -> open.get(1).complete(GOOD));

        assertThat(startedMillis).containsExactly(0L, 10L);
        assertThat(results).containsExactly(GOOD);
    }
}
