// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.health.Outcome;
import dev.homing.health.ProbeResult;
import dev.homing.routing.BackendState;
import dev.homing.routing.RoutingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The door to the control thread: what may come from which thread, and what comes of a bug. */
class ControlLoopTest {

    private final ControlFixture fixture = new ControlFixture();

    @Test
    void theFirstTableIsPublishedBeforeTheStartIsDone() {
        fixture.answers("a", null);
        CompletableFuture<RoutingTable> started =
                fixture.loop.start(Configs.of(Configs.backend("a"))).toCompletableFuture();
        started.thenAccept(table -> assertThat(fixture.tables).hasSize(1));
        fixture.scheduler.run();

        assertThat(started).isCompleted();
        assertThat(fixture.table().pools()).hasSize(1);
    }

    @Test
    void operatorsAreToldOfAChangeOnceItIsInForce() {
        fixture.startGood(Configs.of(Configs.backend("a")));
        fixture.answers("a", ControlFixture.refused("a"));
        fixture.seconds(3);

        int last = fixture.tables.size() - 1;
        assertThat(fixture.tables.get(last).pools().get(0).eligible()).isEmpty();
        assertThat(fixture.viewsMeanwhile.get(last).get(0).healthy()).isTrue();
        assertThat(fixture.view("a").healthy()).isFalse();
    }

    @Test
    void aBurstOfOutcomesIsOneTask() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        for (int i = 0; i < 100_000; i++) {
            fixture.loop.outcome(fixture.backend("a").slot(), Outcome.TIMEOUT);
        }
        fixture.scheduler.run();

        assertThat(fixture.transitions).containsExactly("default/a down ejected");
    }

    @Test
    void afterCloseNothingIsProbedPublishedOrTold() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        int slot = fixture.backend("a").slot();
        int tables = fixture.tables.size();
        long probes = fixture.asked.size();

        fixture.loop.close();
        fixture.seconds(10);
        fixture.loop.outcome(slot, Outcome.LOADING);
        fixture.scheduler.run();

        assertThat(fixture.tables).hasSize(tables);
        assertThat(fixture.asked).hasSize((int) probes);
        assertThat(fixture.transitions).isEmpty();
    }

    @Test
    void whoWaitsForTheFirstProbesIsReleasedByClose() {
        fixture.answers("a", null);
        fixture.loop.start(Configs.of(Configs.backend("a")));
        var waiting = fixture.loop.firstProbes().toCompletableFuture();
        fixture.scheduler.run();

        fixture.loop.close();
        fixture.scheduler.run();

        assertThat(waiting).isCompletedExceptionally();
    }

    @Test
    void aThreadThatIsShutDownFailsStagesAndSwallowsOutcomes() {
        fixture.startGood(Configs.of(Configs.backend("a")));
        fixture.scheduler.shutdown();

        fixture.loop.outcome(0, Outcome.LOADING);
        fixture.loop.close();

        assertThat(fixture.loop.setState(null, "a", BackendState.OFF, null).toCompletableFuture())
                .isCompletedExceptionally()
                .failsWithin(1, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void everythingHappensOnTheOneThreadHoweverManyTell() throws Exception {
        ScheduledThreadPoolExecutor control = new ScheduledThreadPoolExecutor(1);
        control.setRemoveOnCancelPolicy(true);
        var tellers = Executors.newFixedThreadPool(4);
        var answerers = Executors.newFixedThreadPool(2);
        try {
            List<Thread> threads = new ArrayList<>();
            AtomicReference<RoutingTable> table = new AtomicReference<>();
            Env env = new Env(
                    control,
                    System::nanoTime,
                    System::currentTimeMillis,
                    new SplittableRandom(1),
                    new Env.Outside(
                            target -> CompletableFuture.supplyAsync(
                                    () -> new ProbeResult.Answered(200, false), answerers),
                            (name, servers) -> CompletableFuture.failedFuture(new AssertionError(name))),
                    new IdleWork());
            ControlLoop loop = new ControlLoop(
                    env,
                    (config, next, backends) -> {
                        threads.add(Thread.currentThread());
                        table.set(next);
                    },
                    new TransitionsOnly(transition -> threads.add(Thread.currentThread())));
            loop.start(Configs.of(Configs.backend("a"), Configs.backend("b")));
            loop.firstProbes().toCompletableFuture().get(10, TimeUnit.SECONDS);

            List<CompletableFuture<Void>> told = new ArrayList<>();
            for (int teller = 0; teller < 4; teller++) {
                told.add(CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < 10_000; i++) {
                                loop.outcome(0, Outcome.TIMEOUT);
                            }
                        },
                        tellers));
            }
            CompletableFuture.allOf(told.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);

            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> !loop.backends().get(0).healthy());
            assertThat(table.get().pools().get(0).eligible()).hasSize(1);
            assertThat(loop.backends().get(1).healthy()).isTrue();
            loop.close();
            control.shutdown();
            assertThat(control.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(threads).isNotEmpty().containsOnly(threads.get(0));
        } finally {
            control.shutdownNow();
            tellers.shutdownNow();
            answerers.shutdownNow();
        }
    }
}
