// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.routing.Backend;
import dev.homing.routing.RoutingTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many loops at once on one queue: what each does is a matter of the seed, how they meet is the machine's. */
@Tag("long")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FairQueueStressTest {

    private static final int LOOPS = 8;
    private static final int BACKENDS = 3;
    private static final int MAX = 4;
    private static final int REQUESTS = 2_000;

    /** Requests of one loop that may wait at once, so that looking through all of them stays cheap. */
    private static final int WAITING = 8;

    private final Admission admission = new Admission(System::nanoTime);
    private final FairQueue queue = admission.queue(0);
    private final Collection<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger left = new AtomicInteger();

    /** Nobody is forgotten, or the loops would never come to their end; and no loop ends before all its requests have. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everybodyIsServedInOrderAndNeverTooManyAtOnce(long seed) throws Exception {
        admission.publish(Tables.of(Tables.up(0, MAX), Tables.up(1, MAX), Tables.up(2, MAX)), () -> {});
        run(seed, true);

        assertThat(served.get() + left.get()).isEqualTo(LOOPS * REQUESTS);
        assertThat(served.get()).isGreaterThan(LOOPS * REQUESTS / 2);
        assertThat(left.get()).isPositive();
        assertEmpty();
    }

    /** The same while limits rise and fall and backends come and go: order and bounds move then, but nobody is forgotten and no place is lost. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void nobodyIsForgottenWhileTablesChange(long seed) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread control = new Thread(() -> {
            Random random = new Random(seed);
            while (!over.get()) {
                admission.publish(table(random), () -> {});
            }
            admission.publish(Tables.of(Tables.up(0, 1), Tables.up(1, 1), Tables.up(2, 1)), () -> {});
        });
        admission.publish(table(new Random(seed)), () -> {});
        control.start();
        try {
            run(seed, false);
        } finally {
            over.set(true);
            control.join(10_000);
        }

        assertThat(served.get() + left.get()).isEqualTo(LOOPS * REQUESTS);
        assertEmpty();
    }

    /** The closest race: a place is freed while somebody joins, over and over. */
    @Test
    void aPlaceThatIsFreedWhileSomebodyJoinsIsNotLost() throws Exception {
        admission.publish(Tables.of(Tables.up(0, 1)), () -> {});
        for (int round = 0; round < 20_000; round++) {
            assertThat(admission.of(0).tryBegin()).isTrue();
            CountDownLatch admitted = new CountDownLatch(1);
            Waiter waiter = new Waiter(0, Set.of(), Runnable::run, new Waiter.Listener() {
                @Override
                public void admitted(int slot) {
                    admitted.countDown();
                }

                @Override
                public void displaced() {}
            });
            Thread ending = new Thread(() -> admission.of(0).end());
            ending.start();
            if (queue.join(waiter, 1) == FairQueue.Entry.WAITING) {
                assertThat(admitted.await(10, TimeUnit.SECONDS)).isTrue();
            }
            ending.join();
            admission.of(0).end();
        }
        assertEmpty();
    }

    private static RoutingTable table(Random random) {
        Backend[] backends = new Backend[BACKENDS];
        for (int slot = 0; slot < BACKENDS; slot++) {
            int max = random.nextInt(6) == 0 ? 0 : 1 + random.nextInt(MAX);
            // the first one stays, so that there is always somebody to wait for
            backends[slot] = slot == 0 || random.nextInt(3) > 0 ? Tables.up(slot, max) : Tables.down(slot, max);
        }
        return Tables.of(backends);
    }

    private void run(long seed, boolean steady) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < LOOPS; i++) {
            Loop loop = new Loop(new Random(seed * 1_000 + i), steady);
            Thread thread = new Thread(loop, "loop-" + i);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(faults).isEmpty();
    }

    private void assertEmpty() {
        for (int slot = 0; slot < BACKENDS; slot++) {
            assertThat(admission.of(slot).inflight()).isZero();
            assertThat(queue.waitingFor(slot)).isZero();
        }
        assertThat(queue.waitingForAny()).isZero();
    }

    /** An event loop with some requests at a time. */
    private final class Loop implements Runnable {

        private final Random random;
        private final boolean steady;
        private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        private final Deque<Integer> running = new ArrayDeque<>();
        private final List<Waiter> mine = new ArrayList<>();
        private final List<Waiter> impatient = new ArrayList<>();
        private int toCome = REQUESTS;

        Loop(Random random, boolean steady) {
            this.random = random;
            this.steady = steady;
        }

        @Override
        public void run() {
            try {
                while (toCome > 0 || !running.isEmpty() || !mine.isEmpty()) {
                    turn();
                }
            } catch (InterruptedException | RuntimeException | AssertionError e) {
                faults.add(e);
            }
        }

        private void turn() throws InterruptedException {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            int dice = random.nextInt(10);
            if (dice < 5 && toCome > 0 && mine.size() < WAITING) {
                toCome--;
                arrive();
            } else if (dice < 9 && !running.isEmpty()) {
                admission.of(running.poll()).end();
                served.incrementAndGet();
            } else if (!impatient.isEmpty() && random.nextInt(4) == 0) {
                leave(impatient.remove(random.nextInt(impatient.size())));
            } else if (running.isEmpty() && (toCome == 0 || mine.size() == WAITING)) {
                Runnable task = tasks.poll(1, TimeUnit.MILLISECONDS);
                if (task != null) {
                    task.run();
                }
            }
        }

        private void leave(Waiter waiter) {
            if (mine.remove(waiter)) {
                waiting.remove(waiter);
                queue.leave(waiter);
                left.incrementAndGet();
            }
        }

        private void arrive() {
            int wanted = random.nextInt(BACKENDS + 1) - 1;
            if (wanted != Waiter.ANY && admission.of(wanted).tryBegin()) {
                began(wanted);
                return;
            }
            Told told = new Told();
            told.join(new Waiter(wanted, Set.of(), tasks::add, told));
        }

        private void began(int slot) {
            if (steady) {
                assertThat(admission.of(slot).inflight()).isBetween(1, MAX);
            }
            running.add(slot);
        }

        private final class Told implements Waiter.Listener {

            private Waiter waiter = new Waiter(Waiter.ANY, Set.of(), tasks::add, this);

            void join(Waiter next) {
                waiter = next;
                switch (queue.join(next, Integer.MAX_VALUE)) {
                    case ADMITTED -> began(next.admittedTo());
                    case WAITING -> {
                        mine.add(next);
                        waiting.add(next);
                        if (random.nextInt(4) == 0) {
                            impatient.add(next);
                        }
                    }
                    case OUT -> join(next.instead(0, Set.of()));
                    case CROWDED -> throw new AssertionError("crowded");
                }
            }

            @Override
            public void admitted(int slot) {
                assertThat(mine.remove(waiter)).as("told after it left").isTrue();
                waiting.remove(waiter);
                if (steady) {
                    assertThat(overtaken(slot)).isEmpty();
                }
                began(slot);
            }

            @Override
            public void displaced() {
                assertThat(mine.remove(waiter)).as("told after it left").isTrue();
                waiting.remove(waiter);
                join(waiter.instead(random.nextInt(BACKENDS), Set.of()));
            }

            /** Those who came before and wait still, though they could have had that place. */
            private List<Waiter> overtaken(int slot) {
                synchronized (queue) {
                    return waiting.stream()
                            .filter(other -> other.state() == Waiter.State.WAITING)
                            .filter(other -> other.ticket() < waiter.ticket() && other.accepts(slot))
                            .toList();
                }
            }
        }
    }
}
