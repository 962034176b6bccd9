// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class AdmissionTest {

    @Test
    void theLoadOfASlotIsOneObjectForEver() {
        Admission admission = new Admission(System::nanoTime);
        BackendLoad third = admission.of(3);
        BackendLoad first = admission.of(0);
        admission.of(100);

        assertThat(admission.of(3)).isSameAs(third);
        assertThat(admission.of(0)).isSameAs(first).isNotSameAs(third);
    }

    @Test
    void loopsThatAskAtTheSameTimeGetTheSameLoads() throws Exception {
        Admission admission = new Admission(System::nanoTime);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> loops = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread loop = new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                for (int slot = 0; slot < 200; slot++) {
                    admission.of(slot).tryBegin();
                }
            });
            loop.start();
            loops.add(loop);
        }
        start.countDown();
        for (Thread loop : loops) {
            loop.join(10_000);
        }

        for (int slot = 0; slot < 200; slot++) {
            assertThat(admission.of(slot).inflight()).isEqualTo(4);
        }
    }

    @Test
    void aLoadCountsWhatBeganAndRemembersTheLastDelivery() {
        BackendLoad load = new BackendLoad();
        assertThat(load.lastDelivery()).isEqualTo(Long.MIN_VALUE);
        load.tryBegin();
        load.tryBegin();
        load.end();
        load.delivered(5);

        assertThat(load.inflight()).isEqualTo(1);
        assertThat(load.lastDelivery()).isEqualTo(5);
        load.end();
        assertThatThrownBy(load::end).isInstanceOf(AssertionError.class).hasMessageContaining("inflight: -1");
    }

    @Test
    void pendingTokensAreGivenBackAndNeverMoreThanThat() {
        BackendLoad load = new BackendLoad();
        load.addPending(5000);
        load.addPending(100);
        load.addPending(-5000);

        assertThat(load.pendingTokens()).isEqualTo(100);
        assertThatThrownBy(() -> load.addPending(-101))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("pendingTokens: -1");
    }
}
