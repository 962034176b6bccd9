// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.Router;
import dev.homing.routing.SipHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two proxies that share a seed and a list of backends, and nothing else: not the order of the list, not the slots, not the traffic. */
class AgreementTest {

    private static final int SESSIONS = 5_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theyAgreeOnEverySessionAndOnWhereItGoesWhenItsBackendFails(long seed) {
        Random random = new Random(seed);
        double[] weights = random.doubles(2 + random.nextInt(7), 0.2, 5)
                .map(w -> Math.round(w * 10) / 10.0)
                .toArray();
        PlacementRules rules = Pools.LOAD_AWARE.withReplaceOnUnhealthy();
        Proxy here =
                new Proxy(new Pool(0, "default", Pools.weighted(rules, weights).backends(), rules));
        Proxy there = new Proxy(elsewhere(here.pool, random));
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, SESSIONS).boxed().toList());
        here.routeAll(order);
        Collections.shuffle(order, random);
        there.routeAll(order);
        String failed = here.pool.backends().get(random.nextInt(weights.length)).id();
        here.pool = without(here.pool, failed);
        there.pool = without(there.pool, failed);

        for (int n : order) {
            Routed one = here.route(n);
            Routed other = there.route(n);
            assertThat(other.backend().id()).isEqualTo(one.backend().id()).isNotEqualTo(failed);
            assertThat(other.decision()).isEqualTo(one.decision()).isNotEqualTo(Decision.PLACED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "C99/17", "\u00e4\u00f6\u00fc", "a b\tc"})
    void aSessionHasOneKeyWhereverItIsHashed(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        String asHeader = new String(bytes, StandardCharsets.ISO_8859_1);

        assertThat(SipHash.ofSeed("fleet").key("chat", bytes))
                .isEqualTo(SipHash.ofSeed("fleet").key("chat", asHeader, 0, asHeader.length()))
                .isNotEqualTo(SipHash.ofSeed("another").key("chat", bytes))
                .isNotEqualTo(SipHash.ofSeed("fleet").key("embed", bytes));
    }

    /** The same backends under other slots, in another order, in a pool of another number. */
    private static Pool elsewhere(Pool pool, Random random) {
        List<Backend> backends = new ArrayList<>(pool.backends().stream()
                .map(b -> new Backend(b.slot() + 11, b.id(), b.idHash(), b.weight(), b.state(), b.healthy()))
                .toList());
        Collections.shuffle(backends, random);
        return new Pool(3, pool.name(), backends, pool.rules());
    }

    private static Pool without(Pool pool, String id) {
        return pool.backends().stream()
                .filter(backend -> backend.id().equals(id))
                .findFirst()
                .map(backend -> Pools.failed(pool, backend.slot()))
                .orElseThrow();
    }

    private static final class Proxy {

        private final SessionRouter router =
                new SessionRouter(new SessionTable(SESSIONS, () -> 0), Router.PendingTokens.NONE);
        private Pool pool;

        Proxy(Pool pool) {
            this.pool = pool;
        }

        void routeAll(List<Integer> sessions) {
            sessions.forEach(this::route);
        }

        Routed route(int n) {
            Routed routed = router.route(pool, Arrival.of(Pools.session(n), TimeUnit.HOURS.toNanos(1)));
            router.release(routed);
            return routed;
        }
    }
}
