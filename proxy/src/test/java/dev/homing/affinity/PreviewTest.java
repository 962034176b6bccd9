// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.Life;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.SessionKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is told of a decision before it is made. */
class PreviewTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final int SLOTS = 4;
    private static final int SESSIONS = 30;

    private final SplittableRandom random = new SplittableRandom(11);
    private final long[] pending = new long[SLOTS];
    private final SessionTable table = new SessionTable(1_000, () -> 0);
    private final SessionRouter router = new SessionRouter(table, slot -> pending[slot]);

    @Test
    void whateverHappensWhatIsForetoldIsWhatIsThenDecided() {
        Set<Decision> seen = EnumSet.noneOf(Decision.class);
        Deque<Routed> running = new ArrayDeque<>();
        for (int run = 0; run < 20_000; run++) {
            Pool pool = pool();
            pending[random.nextInt(SLOTS)] = random.nextInt(2) * random.nextLong(1_000_000);
            SessionKey key = Pools.session(random.nextInt(SESSIONS));

            Routed foretold = router.preview(pool, key);
            Routed decided = router.route(pool, Arrival.of(key, HOUR));

            assertThat(foretold.pin()).isNull();
            assertThat(foretold)
                    .as("run %d", run)
                    .isEqualTo(new Routed(decided.backend(), decided.decision(), null, decided.moved()));
            seen.add(decided.decision());
            if (decided.pin() != null) {
                decided.pin().lastPrompt(LastPrompt.of(decided.backend().slot(), 4_000));
            }
            running.add(decided);
            if (running.size() > 5) {
                router.release(running.poll());
            }
        }
        assertThat(seen)
                .as("each decision that a session can meet here was met")
                .containsExactlyInAnyOrder(
                        Decision.PINNED,
                        Decision.PLACED,
                        Decision.REPINNED,
                        Decision.RETURNED,
                        Decision.SPILLED,
                        Decision.RELIEVED,
                        Decision.UNROUTABLE);
    }

    @Test
    void toLookChangesNothing() {
        Pool pool = Pools.of(SLOTS);
        router.release(router.route(pool, Arrival.of(Pools.session(1), HOUR)));
        Pin pin = table.peek(Pools.session(1));
        int slot = pin.slot();
        Pool without = Pools.failed(pool, slot);

        Routed first = router.preview(without, Pools.session(1));
        for (int i = 0; i < 10; i++) {
            assertThat(router.preview(without, Pools.session(1))).isEqualTo(first);
            assertThat(router.preview(pool, Pools.session(2)).decision()).isEqualTo(Decision.PLACED);
        }

        assertThat(pin.slot()).isEqualTo(slot);
        assertThat(pin.running()).isZero();
        assertThat(table.size()).isEqualTo(1);
        assertThat(table.peek(Pools.session(2))).isNull();
    }

    /** Of four backends, each in a condition of its own. */
    private Pool pool() {
        PlacementRules rules = PlacementRules.loadAware(16_384).withReturnHome();
        rules = random.nextBoolean() ? rules.withRelief(4) : rules;
        rules = random.nextInt(4) == 0 ? rules.withReplaceOnUnhealthy() : rules;
        Pool pool = Pools.of(rules, Pools.of(SLOTS).backends());
        for (int slot = 0; slot < SLOTS; slot++) {
            if (random.nextInt(3) == 0) {
                BackendState[] states = BackendState.values();
                pool = Pools.with(pool, slot, states[random.nextInt(states.length)], random.nextBoolean());
            }
            pool = random.nextInt(8) == 0 ? Pools.living(pool, slot, new Life(1, random.nextBoolean())) : pool;
        }
        return random.nextInt(4) == 0 ? Pools.recovering(pool) : pool;
    }
}
