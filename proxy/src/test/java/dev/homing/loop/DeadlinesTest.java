// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DeadlinesTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> expired = new ArrayList<>();
    private long now = 1_000;
    private final Deadlines deadlines = new Deadlines(channel.eventLoop(), () -> now);

    @BeforeEach
    void stopTheClock() {
        channel.freezeTime();
    }

    @Test
    void aDeadlineExpiresOnceAndNeverEarly() {
        Deadline deadline = deadlines.open(() -> expired.add("a"));
        pass(30);
        deadline.in(Duration.ofMillis(500));

        pass(499);
        assertThat(expired).isEmpty();
        pass(3 * Deadlines.TICK_MILLIS + 1);
        assertThat(expired).containsExactly("a");
        pass(5000);
        assertThat(expired).containsExactly("a");
    }

    @Test
    void timeInWhichTheLoopWasHeldUpDoesNotCount() {
        Deadline deadline = deadlines.open(() -> expired.add("a"));
        deadline.in(Duration.ofMillis(500));

        now += Duration.ofSeconds(10).toNanos();
        pass(50);
        assertThat(expired).isEmpty();

        pass(600);
        assertThat(expired).containsExactly("a");
    }

    @Test
    void itMayBeMovedClearedAndSetAgain() {
        Deadline deadline = deadlines.open(() -> expired.add("a"));
        for (int i = 0; i < 20; i++) {
            deadline.in(Duration.ofMillis(300));
            pass(200);
        }
        deadline.clear();
        pass(1000);
        assertThat(expired).isEmpty();

        deadline.in(Duration.ofMillis(300));
        pass(500);
        assertThat(expired).containsExactly("a");
    }

    @Test
    void aClosedOneNeverExpiresAndMayBeClosedTwice() {
        Deadline first = deadlines.open(() -> expired.add("a"));
        Deadline second = deadlines.open(() -> expired.add("b"));
        first.in(Duration.ofMillis(100));
        second.in(Duration.ofMillis(100));
        first.close();
        first.close();
        first.in(Duration.ofMillis(1));

        pass(300);

        assertThat(expired).containsExactly("b");
    }

    @Test
    void theTimeIsFreshAfterAPauseWithoutDeadlines() {
        deadlines.open(() -> {}).close();
        pass(10_000);
        Deadline deadline = deadlines.open(() -> expired.add("a"));
        deadline.in(Duration.ofMillis(500));

        pass(450);
        assertThat(expired).isEmpty();
        pass(200);
        assertThat(expired).containsExactly("a");
    }

    @Test
    void aTaskMayOpenAndCloseOthers() {
        Deadline[] all = new Deadline[5];
        for (int i = 0; i < all.length; i++) {
            int self = i;
            all[i] = deadlines.open(() -> {
                expired.add("x" + self);
                for (Deadline each : all) {
                    each.close();
                }
                deadlines.open(() -> expired.add("new")).in(Duration.ofMillis(100));
            });
            all[i].in(Duration.ofMillis(100));
        }

        pass(1000);

        assertThat(expired).hasSize(2).contains("new");
    }

    @Test
    void whateverIsClosedInBetweenEveryOtherOneExpires() {
        Random random = new Random(7);
        List<Deadline> open = new ArrayList<>();
        int[] count = new int[1];
        int due = 0;
        for (int i = 0; i < 1000; i++) {
            Deadline deadline = deadlines.open(() -> count[0]++);
            deadline.in(Duration.ofMillis(200));
            open.add(deadline);
            due++;
            if (random.nextInt(3) == 0) {
                open.remove(random.nextInt(open.size())).close();
                due--;
            }
        }

        pass(400);

        assertThat(count[0]).isEqualTo(due);
    }

    @Test
    void aTaskThatFailsTakesNobodyWithIt() {
        Deadline other = deadlines.open(() -> expired.add("other"));
        Deadline failing = deadlines.open(() -> {
            throw new IllegalStateException("on purpose");
        });
        Deadline later = deadlines.open(() -> expired.add("later"));
        failing.in(Duration.ofMillis(100));
        other.in(Duration.ofMillis(100));
        later.in(Duration.ofSeconds(1));

        pass(2000);

        assertThat(expired).containsExactly("other", "later");
    }

    /** Moves the clock on, in small steps. */
    private void pass(long millis) {
        for (long step = 0; step < millis; step++) {
            now += TimeUnit.MILLISECONDS.toNanos(1);
            channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }
}
