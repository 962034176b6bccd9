// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The model of a backend, in numbers that can be worked out by hand: 10,000 tokens a second read, 50 written. */
class ReplicaTest {

    private final Replica replica = new Replica(new BlockCache(1000), 100);

    @Test
    void promptsAreReadOneAfterTheOtherInTheOrderInWhichTheyCome() {
        assertThat(replica.admit(call(1000, 0, 1), seconds(0)).firstToken()).isEqualTo(millis(100));
        assertThat(replica.admit(call(10_000, 0, 2), millis(50)).firstToken()).isEqualTo(millis(1100));
        assertThat(replica.admit(call(100, 0, 3), millis(60)).firstToken()).isEqualTo(millis(1110));
        assertThat(replica.admit(call(100, 0, 4), seconds(5)).firstToken())
                .as("nobody waits any more")
                .isEqualTo(millis(5010));
    }

    @Test
    void onlyWhatIsNotCachedIsRead() {
        replica.admit(call(300, 0, 1, 2, 3), 0);

        Replica.Admitted next = replica.admit(call(450, 0, 1, 2, 3, 4, 5), seconds(1));

        assertThat(next.cachedTokens()).isEqualTo(300);
        assertThat(next.firstToken()).isEqualTo(millis(1015));
    }

    @Test
    void blocksAreInTheCacheAsSoonAsTheirPromptHasCome() {
        replica.admit(call(10_000, 0, 1), 0);

        assertThat(replica.admit(call(10_000, 0, 1), 1).cachedTokens()).isEqualTo(100);
    }

    @Test
    void thereIsNoMoreCachedThanThePromptHasAndOneTokenIsAlwaysRead() {
        replica.admit(call(150, 0, 1, 2), 0);

        Replica.Admitted again = replica.admit(call(150, 0, 1, 2), seconds(1));

        assertThat(again.cachedTokens()).isEqualTo(150);
        assertThat(again.firstToken()).isEqualTo(seconds(1) + 100_000);
    }

    @Test
    void theWaitIsForetoldAsItWillBe() {
        replica.admit(call(10_000, 0, 1), 0);
        Call next = call(250, 0, 1, 7, 8);

        long foretold = replica.timeToFirstToken(next, millis(300));

        assertThat(foretold).isEqualTo(millis(700 + 15));
        assertThat(replica.admit(next, millis(300)).firstToken()).isEqualTo(millis(300) + foretold);
    }

    @Test
    void anAnswerIsWrittenOnceThePromptIsRead() {
        assertThat(replica.admit(call(1000, 50, 1), seconds(5)).done()).isEqualTo(millis(5100) + seconds(1));
    }

    @Test
    void answersGetSlowerWithMoreThanSixtyFourInFlight() {
        for (int n = 1; n < 64; n++) {
            replica.admit(call(1, 0), 0);
        }
        Replica.Admitted atFullSpeed = replica.admit(call(1, 50), 0);
        assertThat(atFullSpeed.done() - atFullSpeed.firstToken()).isEqualTo(seconds(1));

        for (int n = 65; n < 128; n++) {
            replica.admit(call(1, 0), 0);
        }
        Replica.Admitted atHalf = replica.admit(call(1, 50), 0);
        assertThat(replica.inflight()).isEqualTo(128);
        assertThat(atHalf.done() - atHalf.firstToken()).isEqualTo(seconds(2));
        replica.leave();
        assertThat(replica.inflight()).isEqualTo(127);
    }

    @Test
    void aLostReplicaComesBackEmpty() {
        replica.admit(call(100_000, 0, 1), 0);

        replica.fail();

        assertThat(replica.inflight()).isZero();
        assertThat(replica.admit(call(100, 0, 1), 1))
                .isEqualTo(new Replica.Admitted(0, 1 + millis(10), 1 + millis(10)));
    }

    private static Call call(long tokens, long output, int... blocks) {
        return new Call(0, null, 0, new Prompt(tokens, output, blocks));
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
