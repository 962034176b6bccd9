// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RendezvousTest {

    private static final int SESSIONS = 100_000;

    /** Worked out by an independent implementation (Python); the last digits are {@code StrictMath}'s. */
    @ParameterizedTest
    @CsvSource({
        "C99999/1708531200.000100, gpu-2 gpu-0 gpu-3 gpu-1, 3.102938765556",
        "a, gpu-2 gpu-1 gpu-3 gpu-0, 1.697522277039",
        "A, gpu-0 gpu-3 gpu-2 gpu-1, 1.518513215535",
        "b, gpu-1 gpu-0 gpu-2 gpu-3, 1.737812976891",
        "c, gpu-3 gpu-0 gpu-1 gpu-2, 2.371020433104",
        "d, gpu-0 gpu-2 gpu-3 gpu-1, 0.549667910638"
    })
    void placementsNeverChange(String id, String expectedOrder, double expectedScore) {
        SessionKey key = SipHash.ofSeed("homing").key("default", id.getBytes(StandardCharsets.UTF_8));
        Pool pool = Pools.of(4);

        List<Router.Scored> order = Router.order(pool, key);

        assertThat(order.stream().map(scored -> scored.backend().id())).containsExactly(expectedOrder.split(" "));
        assertThat(order.get(0).score()).isCloseTo(expectedScore, within(1e-11));
        assertThat(place(pool, key)).isEqualTo(order.get(0).backend());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 16})
    void sessionsSpreadEvenly(int size) {
        int[] counts = counts(Pools.of(size));

        for (int count : counts) {
            assertThat((double) count / SESSIONS).isCloseTo(1.0 / size, within(0.01));
        }
    }

    @ParameterizedTest
    @CsvSource({"1 2 3 4", "1 1 8", "0.5 0.25 0.25", "100 1", "2.5 1 1 0.1"})
    void sharesFollowTheWeights(String weights) {
        double[] weight = java.util.Arrays.stream(weights.split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
        double sum = java.util.Arrays.stream(weight).sum();

        int[] counts = counts(Pools.weighted(Pools.RENDEZVOUS, weight));

        for (int slot = 0; slot < weight.length; slot++) {
            assertThat((double) counts[slot] / SESSIONS).isCloseTo(weight[slot] / sum, within(0.02));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4})
    void removingABackendMovesOnlyItsOwnSessions(int removed) {
        Pool before = Pools.weighted(Pools.RENDEZVOUS, 1, 2, 1, 3, 1);
        Pool after = Pools.without(before, removed);
        int[] heirs = new int[5];
        for (int n = 0; n < 20_000; n++) {
            SessionKey key = Pools.session(n);
            Backend was = place(before, key);
            Backend is = place(after, key);
            if (was.slot() == removed) {
                heirs[is.slot()]++;
            } else {
                assertThat(is).isEqualTo(was);
            }
        }

        assertThat(IntStream.of(heirs).filter(count -> count > 0).count())
                .as("its sessions go to all others")
                .isEqualTo(4);
    }

    @Test
    void addingABackendTakesOnlyItsShareAndFromEverybody() {
        Pool before = Pools.of(4);
        Pool after = Pools.of(5);
        int[] taken = new int[4];
        for (int n = 0; n < 20_000; n++) {
            SessionKey key = Pools.session(n);
            Backend was = place(before, key);
            Backend is = place(after, key);
            if (is.slot() == 4) {
                taken[was.slot()]++;
            } else {
                assertThat(is).isEqualTo(was);
            }
        }

        for (int count : taken) {
            assertThat(count / 20_000.0).isCloseTo(0.05, within(0.01));
        }
    }

    @Test
    void raisingAWeightOnlyDrawsSessionsToIt() {
        Pool before = Pools.weighted(Pools.RENDEZVOUS, 1, 1, 1);
        Pool after = Pools.weighted(Pools.RENDEZVOUS, 1, 1, 2);
        for (int n = 0; n < 20_000; n++) {
            SessionKey key = Pools.session(n);
            Backend is = place(after, key);
            assertThat(is.slot()).isIn(place(before, key).slot(), 2);
        }
    }

    @Test
    void theOrderOfTheListDoesNotMatter() {
        List<Backend> backends = new ArrayList<>(
                Pools.weighted(Pools.RENDEZVOUS, 1, 3, 0.5, 1, 1, 2).backends());
        Pool sorted = Pools.of(Pools.RENDEZVOUS, backends);
        for (int seed = 0; seed < 10; seed++) {
            Collections.shuffle(backends, new Random(seed));
            Pool shuffled = Pools.of(Pools.RENDEZVOUS, backends);
            for (int n = 0; n < 500; n++) {
                SessionKey key = Pools.session(n);
                assertThat(place(shuffled, key)).isEqualTo(place(sorted, key));
                assertThat(Router.order(shuffled, key)).isEqualTo(Router.order(sorted, key));
            }
        }
    }

    @Test
    void slotsAndPoolIndexesAreOfNoAccount() {
        Pool here = Pools.of(4);
        List<Backend> moved = here.backends().stream()
                .map(b -> new Backend(b.slot() + 7, b.id(), b.idHash(), b.weight(), b.state(), b.healthy()))
                .toList();
        Pool there = new Pool(3, "default", moved, Pools.LOAD_AWARE);
        for (int n = 0; n < 1000; n++) {
            SessionKey key = Pools.session(n);
            assertThat(place(there, key).id()).isEqualTo(place(here, key).id());
        }
    }

    @Test
    void equalScoresGoByTheId() {
        Backend a = new Backend(0, "a", 42, 1, BackendState.READY, true);
        Backend b = new Backend(1, "b", 42, 1, BackendState.READY, true);
        SessionKey key = Pools.session(0);

        assertThat(place(Pools.of(Pools.RENDEZVOUS, List.of(a, b)), key)).isEqualTo(a);
        assertThat(place(Pools.of(Pools.RENDEZVOUS, List.of(b, a)), key)).isEqualTo(a);
    }

    @Test
    void backendsThatTakeNoNewSessionsArePassedOverInOrder() {
        for (int n = 0; n < 200; n++) {
            SessionKey key = Pools.session(n);
            List<Router.Scored> order = Router.order(Pools.of(4), key);
            int first = order.get(0).backend().slot();
            int second = order.get(1).backend().slot();

            Pool failed = Pools.failed(Pools.of(4), first);
            Pool drained = Pools.with(failed, second, BackendState.DRAIN, true);

            assertThat(place(failed, key).slot()).isEqualTo(second);
            assertThat(place(drained, key)).isEqualTo(order.get(2).backend());
            assertThat(Router.order(drained, key).stream().map(s -> s.backend().slot()))
                    .containsExactlyElementsOf(
                            order.stream().map(s -> s.backend().slot()).toList());
        }
    }

    @Test
    void triedBackendsAreNotChosenAgain() {
        Pool pool = Pools.of(3);
        SessionKey key = Pools.session(1);
        List<Integer> order =
                Router.order(pool, key).stream().map(s -> s.backend().slot()).toList();

        assertThat(Router.place(pool, key, Router.PendingTokens.NONE, Set.of(order.get(0)))
                        .slot())
                .isEqualTo(order.get(1));
        assertThat(Router.place(pool, key, Router.PendingTokens.NONE, Set.copyOf(order)))
                .isNull();
    }

    private static Backend place(Pool pool, SessionKey key) {
        return Router.place(pool, key, Router.PendingTokens.NONE, Set.of());
    }

    private static int[] counts(Pool pool) {
        int[] counts = new int[pool.backends().size()];
        for (int n = 0; n < SESSIONS; n++) {
            counts[place(pool, Pools.session(n)).slot()]++;
        }
        return counts;
    }
}
