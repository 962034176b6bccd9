// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Decision;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionRouterConcurrencyTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final int THREADS = 64;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final AtomicLong clock = new AtomicLong();
    private final SessionTable table = new SessionTable(100_000, clock::get);
    private final SessionRouter router = new SessionRouter(table, Router.PendingTokens.NONE);
    private final Pool pool = Pools.of(8);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void concurrentFirstRequestsOfASessionGoToOneBackend() throws Exception {
        // load that jumps about, so that each placement of its own would fall elsewhere
        AtomicLong load = new AtomicLong();
        SessionRouter jumpy = new SessionRouter(table, slot -> (load.incrementAndGet() * 7919) % 100_000);
        Pool loadAware = Pools.of(Pools.LOAD_AWARE, pool.backends());
        for (int n = 0; n < 50; n++) {
            SessionKey key = Pools.session(n);

            Collection<Routed> routed = together(() -> jumpy.route(loadAware, Arrival.of(key, HOUR)));

            assertThat(routed.stream().map(Routed::backend).distinct()).hasSize(1);
            assertThat(count(routed, Decision.PLACED)).isEqualTo(1);
            assertThat(count(routed, Decision.PINNED)).isEqualTo(THREADS - 1);
            assertThat(table.peek(key).running()).isEqualTo(THREADS);
        }
    }

    @Test
    void concurrentRequestsOfASessionWhoseBackendIsOutMoveItOnce() throws Exception {
        for (int n = 0; n < 50; n++) {
            SessionKey key = Pools.session(n);
            Routed first = router.route(pool, Arrival.of(key, HOUR));
            router.release(first);
            Pool out = Pools.failed(pool, first.backend().slot());

            Collection<Routed> routed = together(() -> router.route(out, Arrival.of(key, HOUR)));

            assertThat(routed.stream().map(Routed::backend).distinct()).hasSize(1);
            assertThat(count(routed, Decision.REPINNED)).isEqualTo(1);
            assertThat(routed.stream().filter(r -> r.moved() != null)).hasSize(1);
        }
    }

    @Test
    void concurrentRequestsOfASessionWhoseBackendIsFarBehindMoveItOnce() throws Exception {
        AtomicLong home = new AtomicLong(-1);
        SessionRouter behind = new SessionRouter(table, slot -> slot == home.get() ? 1_000_000 : 0);
        Pool relieving = Pools.of(Pools.LOAD_AWARE.withRelief(4), pool.backends());
        for (int n = 0; n < 50; n++) {
            Arrival arrival = Arrival.of(Pools.session(n), HOUR).withPrompt(new PromptSize(1000, 1));
            Routed first = behind.route(relieving, arrival);
            behind.release(first);
            home.set(first.backend().slot());

            Collection<Routed> routed = together(() -> behind.route(relieving, arrival));

            // a request that came before the move stays where it was sent
            assertThat(count(routed, Decision.RELIEVED)).isLessThanOrEqualTo(1);
            assertThat(count(routed, Decision.RELIEVED) + count(routed, Decision.PINNED))
                    .isEqualTo(THREADS);
            assertThat(routed.stream().filter(r -> r.moved() != null).count())
                    .isEqualTo(count(routed, Decision.RELIEVED));
            assertThat(table.peek(arrival.key()).running()).isEqualTo(THREADS);
            home.set(-1);
        }
    }

    @Test
    void concurrentFailuresOfASessionMoveItOnce() throws Exception {
        for (int n = 0; n < 50; n++) {
            SessionKey key = Pools.session(n);
            router.release(router.route(pool, Arrival.of(key, HOUR)));

            Collection<Routed> routed = together(() -> {
                Routed failed = router.route(Pools.of(8), Arrival.of(key, HOUR));
                int home = Router.order(pool, key).get(0).backend().slot();
                return failed.backend().slot() == home
                        ? router.reroute(pool, Arrival.of(key, HOUR), failed, Set.of(home))
                        : failed;
            });

            assertThat(routed.stream().map(Routed::backend).distinct()).hasSize(1);
            assertThat(routed.stream().filter(r -> r.moved() != null)).hasSize(1);
            assertThat(table.peek(key).running()).isEqualTo(THREADS);
        }
    }

    @Test
    void requestsWithoutASessionStayEvenToOne() throws Exception {
        AtomicLong[] counts = new AtomicLong[8];
        java.util.Arrays.setAll(counts, i -> new AtomicLong());
        together(() -> {
            for (int n = 0; n < 125; n++) {
                counts[router.route(pool, Arrival.of(null, HOUR)).backend().slot()].incrementAndGet();
            }
            return null;
        });

        for (AtomicLong count : counts) {
            assertThat(count.get()).isEqualTo(THREADS * 125L / 8);
        }
    }

    /**
     * The last request of a session ends while the next one begins: an update lost between the two would leave a pin that expires while its
     * request runs, or one that never does. After each time both have met, a look from the far future tells.
     */
    @Test
    void runningSessionsNeverExpireAndIdleOnesAlwaysDo() throws Exception {
        SessionTable met = new SessionTable(1000, clock::get);
        SessionKey key = Pools.session(1);
        Pin pin = met.bind(key, HOUR, slot -> 1);
        AtomicLong round = new AtomicLong();
        AtomicLong entered = new AtomicLong();
        Future<?> newcomer = threads.submit(() -> {
            for (long n = 1; n <= 3_000; n++) {
                while (round.get() < n && !Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
                assertThat(met.enter(met.find(key), HOUR)).isTrue();
                entered.set(n);
            }
            return null;
        });
        for (long n = 1; n <= 3_000; n++) {
            round.set(n);
            met.release(pin);
            while (entered.get() < n && !newcomer.isDone()) {
                Thread.onSpinWait();
            }
            clock.addAndGet(2 * HOUR);
            assertThat(met.peek(key)).as("round %d: its request runs", n).isSameAs(pin);
        }
        newcomer.get(30, TimeUnit.SECONDS);

        met.release(pin);
        assertThat(pin.running()).isZero();
        clock.addAndGet(HOUR);
        assertThat(met.peek(key)).isNull();
    }

    @Test
    void sessionsThatCameAndWentOnManyThreadsAreIdleInTheEnd() throws Exception {
        together(() -> {
            SplittableRandom random =
                    new SplittableRandom(Thread.currentThread().getId());
            for (int n = 0; n < 1000; n++) {
                SessionKey key = Pools.session(random.nextInt(3));
                Routed one = router.route(pool, Arrival.of(key, HOUR));
                Routed two = router.route(pool, Arrival.of(key, HOUR));
                assertThat(table.peek(key)).isSameAs(one.pin()).isSameAs(two.pin());
                router.release(one);
                router.release(two);
            }
            return null;
        });

        for (int n = 0; n < 3; n++) {
            assertThat(table.peek(Pools.session(n)).running()).isZero();
        }
        clock.addAndGet(HOUR);
        table.sweep();
        assertThat(table.size()).isZero();
    }

    @Test
    void countsAreExactAfterAStampede() throws Exception {
        SessionTable small = new SessionTable(200, clock::get);
        SessionRouter stampede = new SessionRouter(small, Router.PendingTokens.NONE);
        together(() -> {
            SplittableRandom random =
                    new SplittableRandom(Thread.currentThread().getId());
            for (int n = 0; n < 500; n++) {
                SessionKey key = Pools.session(random.nextInt(1000));
                Pool now = Pools.failed(pool, random.nextInt(8));
                Routed routed = stampede.route(now, Arrival.of(key, random.nextLong(1, 1000)));
                switch (random.nextInt(4)) {
                    case 0 -> small.forget(key);
                    case 1 -> clock.addAndGet(random.nextInt(20));
                    default ->
                        routed = stampede.reroute(
                                now,
                                Arrival.of(key, HOUR),
                                routed,
                                Set.of(routed.backend().slot()));
                }
                stampede.release(routed);
            }
            return null;
        });
        small.sweep();

        long sessions = 0;
        for (int slot = 0; slot < 8; slot++) {
            assertThat(small.sessions(slot)).isNotNegative();
            sessions += small.sessions(slot);
        }
        assertThat(sessions).isEqualTo(small.size());
        clock.addAndGet(TimeUnit.SECONDS.toNanos(3)); // the sweep is exact to a second or so
        small.sweep();
        assertThat(small.size()).as("nothing still counts as running").isZero();
    }

    private static long count(Collection<Routed> routed, Decision decision) {
        return routed.stream().filter(r -> r.decision() == decision).count();
    }

    private interface Deed {
        Routed run() throws Exception;
    }

    /** Does it on all threads at the same moment. */
    private Collection<Routed> together(Deed deed) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        Collection<Routed> results = new ConcurrentLinkedQueue<>();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            running.add(threads.submit(() -> {
                start.await(30, TimeUnit.SECONDS);
                Routed routed = deed.run();
                if (routed != null) {
                    results.add(routed);
                }
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
        return results;
    }
}
