// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.MoveReason;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HappeningsTest {

    private final AtomicLong now = new AtomicLong(1_000);
    private final Happenings happenings = new Happenings(now::get);
    private final Backend gpu = new Backend(0, "gpu-0", 1, 1.0, BackendState.READY, true);
    private final Pool pool = new Pool(0, "chat", List.of(gpu), PlacementRules.RENDEZVOUS);

    @Test
    void theNewestIsFirst() {
        assertThat(happenings.moves()).isEmpty();
        happenings.sessionMoved(pool, new SessionKey(255), gpu, MoveReason.FAULT);
        now.set(2_000);
        happenings.sessionMoved(pool, new SessionKey(16), gpu, MoveReason.LOAD);
        happenings.transition("chat", "gpu-0", Transition.DOWN, "probe", "probe: refused");

        assertThat(happenings.moves())
                .containsExactly(
                        new Happenings.Move(
                                Instant.ofEpochSecond(2), "chat", "0000000000000010", "gpu-0", MoveReason.LOAD),
                        new Happenings.Move(
                                Instant.ofEpochSecond(1), "chat", "00000000000000ff", "gpu-0", MoveReason.FAULT));
        assertThat(happenings.changes())
                .containsExactly(new Happenings.Change(
                        Instant.ofEpochSecond(2), "chat", "gpu-0", Transition.DOWN, "probe", "probe: refused"));
    }

    @Test
    void onlyTheLastOnesAreKeptAndMovesPushOutNoChanges() {
        happenings.transition("chat", "gpu-0", Transition.DOWN, "probe", "probe: refused");
        for (int i = 0; i < Happenings.KEPT + 7; i++) {
            happenings.sessionMoved(pool, new SessionKey(i), gpu, MoveReason.FAULT);
        }

        assertThat(happenings.moves())
                .extracting(Happenings.Move::session)
                .containsExactlyElementsOf(IntStream.iterate(Happenings.KEPT + 6, i -> i > 6, i -> i - 1)
                        .mapToObj(i -> new SessionKey(i).hex())
                        .toList());
        assertThat(happenings.changes()).hasSize(1);
    }

    @Test
    void manyThreadsMayTellWhileAnotherReads() throws InterruptedException {
        int threads = 4;
        int each = 20_000;
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService loops = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            loops.execute(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                for (int n = 0; n < each; n++) {
                    happenings.sessionMoved(pool, new SessionKey(n), gpu, MoveReason.FAULT);
                }
            });
        }
        start.countDown();
        loops.shutdown();
        while (!loops.awaitTermination(1, TimeUnit.MILLISECONDS)) {
            assertThat(happenings.moves()).hasSizeLessThanOrEqualTo(Happenings.KEPT);
        }

        assertThat(happenings.moves()).hasSize(Happenings.KEPT);
    }
}
