// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.admin.HandedTable;
import dev.homing.admin.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SuccessionTest {

    private final AtomicLong nanos = new AtomicLong(-5);
    private final List<Boolean> tables = new ArrayList<>();
    private final AtomicInteger left = new AtomicInteger();
    private final Succession succession = new Succession(
            last -> {
                tables.add(last);
                return CompletableFuture.completedFuture(new byte[] {7});
            },
            nanos::get);

    private static String refusal(CompletionStage<Reply<HandedTable>> reply) {
        assertThat(reply.toCompletableFuture().join()).isInstanceOf(Reply.Refused.class);
        return ((Reply.Refused<HandedTable>) reply.toCompletableFuture().join())
                .messages()
                .get(0);
    }

    private static byte[] table(CompletionStage<Reply<HandedTable>> reply) {
        assertThat(reply.toCompletableFuture().join()).isInstanceOf(Reply.Done.class);
        return ((Reply.Done<HandedTable>) reply.toCompletableFuture().join())
                .value()
                .bytes();
    }

    @Test
    void theTableIsHandedOverTwiceAndThenThisProcessGoes() {
        succession.allow(left::incrementAndGet);

        assertThat(table(succession.begin())).containsExactly(7);
        assertThat(left).hasValue(0);
        assertThat(table(succession.finish())).containsExactly(7);
        assertThat(left).hasValue(1);
        assertThat(tables).containsExactly(false, true);
    }

    @Test
    void whoseSuccessorNeverListenedServesOnForTheNextOne() {
        succession.allow(left::incrementAndGet);
        succession.begin();

        assertThat(table(succession.begin())).containsExactly(7);
        assertThat(left).hasValue(0);
    }

    @Test
    void theEndNeedsABeginning() {
        succession.allow(left::incrementAndGet);

        assertThat(refusal(succession.finish())).contains("expected: its beginning first");
        assertThat(left).hasValue(0);
    }

    @Test
    void aProcessGoesOnlyOnce() {
        succession.allow(left::incrementAndGet);
        succession.begin();
        succession.finish();

        assertThat(refusal(succession.begin())).contains("leaving already");
        assertThat(refusal(succession.finish())).contains("leaving already");
        assertThat(left).hasValue(1);
    }

    @Test
    void whatIsNoProcessOfItsOwnIsNotTakenOver() {
        assertThat(refusal(succession.begin())).contains("no process of its own");
    }

    @Test
    void whoHasTakenOverRestsBeforeItIsTakenOver() {
        succession.allow(left::incrementAndGet);
        succession.rest();

        nanos.addAndGet(Succession.REST.toNanos() - 1);
        assertThat(refusal(succession.begin())).contains("has taken over itself a moment ago");
        nanos.incrementAndGet();
        assertThat(table(succession.begin())).containsExactly(7);
    }
}
