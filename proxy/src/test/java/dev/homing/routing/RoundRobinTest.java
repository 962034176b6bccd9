// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundRobinTest {

    @Test
    void equalBackendsTakeTurnsInTheOrderOfTheList() {
        assertThat(turns(Pools.of(4), 0, 9)).containsExactly(0, 1, 2, 3, 0, 1, 2, 3, 0);
    }

    @Test
    void anyStretchOfTurnsIsEvenToOneAmongEqualBackends() {
        Pool pool = Pools.of(7);
        for (int start = 0; start < 7; start++) {
            for (int length = 1; length < 30; length++) {
                int[] counts = counts(turns(pool, start, length), 7);
                assertThat(Arrays.stream(counts).max().getAsInt()
                                - Arrays.stream(counts).min().getAsInt())
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"5 1 1, 7", "1 2 3 4, 10", "0.5 0.25 0.25, 4", "1.5 1, 5", "0.1 0.2 0.3, 6", "10 10 10, 3", "0.7, 1"})
    void usualWeightsAreExactWithinOneRoundOfTheFewestTurns(String weights, int length) {
        double[] weight = weights(weights);
        Pool pool = Pools.weighted(Pools.RENDEZVOUS, weight);

        int[] counts = counts(turns(pool, 3, length), weight.length);

        assertThat(pool.roundRobin().length()).isEqualTo(length);
        double sum = Arrays.stream(weight).sum();
        for (int slot = 0; slot < weight.length; slot++) {
            assertThat(counts[slot]).isEqualTo((int) Math.round(weight[slot] / sum * length));
        }
    }

    @Test
    void aHeavyBackendsTurnsAreSpreadOut() {
        assertThat(turns(Pools.weighted(Pools.RENDEZVOUS, 2, 1), 0, 3)).containsExactly(0, 1, 0);
        assertThat(turns(Pools.weighted(Pools.RENDEZVOUS, 3, 3, 1), 0, 7)).containsExactly(0, 1, 0, 1, 2, 0, 1);
    }

    @Test
    void everyoneHasHadHisShareToLessThanOneTurnAtAnyTime() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 200; round++) {
            double[] weight = random.doubles(2 + random.nextInt(12))
                    .map(w -> Math.ceil(w * 20))
                    .toArray();
            double sum = Arrays.stream(weight).sum();
            Pool pool = Pools.weighted(Pools.RENDEZVOUS, weight);
            int[] had = new int[weight.length];
            for (int ticket = 0; ticket < 2 * pool.roundRobin().length(); ticket++) {
                had[Router.turn(pool, ticket, Set.of()).slot()]++;
                for (int slot = 0; slot < had.length; slot++) {
                    assertThat(Math.abs(had[slot] - (ticket + 1) * weight[slot] / sum))
                            .as("weights %s, turn %d, slot %d", Arrays.toString(weight), ticket, slot)
                            .isLessThan(1);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1 3.14159265 2.71828", "1 100000", "0.333333 1 1", "1e308 1e308", "1e-320 1", "0.0001 0.00031 7"})
    void unusualWeightsAreNearlyExactInABoundedOrder(String weights) {
        double[] weight = weights(weights);
        double largest = Arrays.stream(weight).max().getAsDouble();
        double sum = Arrays.stream(weight).map(w -> w / largest).sum();

        int[] units = Weights.units(weight);

        int length = Arrays.stream(units).sum();
        assertThat(length).isBetween(weight.length, Weights.MOST_TURNS);
        for (int i = 0; i < weight.length; i++) {
            assertThat(units[i]).isPositive();
            assertThat(Math.abs(units[i] - weight[i] / largest / sum * length)).isLessThanOrEqualTo(weight.length);
        }
    }

    @Test
    void manyBackendsHaveOneTurnEachWhenMoreWouldBeTooMany() {
        double[] weight = new double[Weights.MOST_TURNS + 1];
        Arrays.setAll(weight, i -> 1 + i % 2);

        assertThat(Weights.units(weight)).containsOnly(1);
    }

    @Test
    void theTurnsOfThoseThatAreOutAreSpreadOverAllOthers() {
        Pool pool = Pools.of(4);
        int[] counts = new int[4];
        for (int ticket = 0; ticket < 300; ticket++) {
            counts[Router.turn(pool, ticket, Set.of(1)).slot()]++;
        }

        assertThat(counts).containsExactly(100, 0, 100, 100);
    }

    @Test
    void thoseThatAreOutLeaveTheOthersTheirWeights() {
        Pool pool = Pools.weighted(Pools.RENDEZVOUS, 3, 5, 1);
        int[] counts = new int[3];
        for (int ticket = 0; ticket < 400; ticket++) {
            counts[Router.turn(pool, ticket, Set.of(1)).slot()]++;
        }

        assertThat(counts).containsExactly(300, 0, 100);
    }

    @Test
    void onlyThoseThatTakeNewSessionsHaveTurns() {
        Pool pool = Pools.with(Pools.failed(Pools.of(5), 0), 3, BackendState.DRAIN, true);

        assertThat(new HashSet<>(turns(pool, 0, 12))).containsExactlyInAnyOrder(1, 2, 4);
    }

    @Test
    void nobodyIsLeftWhenAllAreOut() {
        Pool pool = Pools.of(2);

        assertThat(Router.turn(pool, 5, Set.of(0, 1))).isNull();
        assertThat(Router.turn(Pools.failed(Pools.of(1), 0), 0, Set.of())).isNull();
        assertThat(Router.turn(Pools.failed(Pools.of(1), 0), 0, Set.of(0))).isNull();
    }

    @Test
    void aTicketThatWrapsGoesOn() {
        Pool pool = Pools.of(3);
        for (long ticket : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            assertThat(Router.turn(pool, ticket, Set.of())).isNotNull();
            assertThat(Router.turn(pool, ticket, Set.of(2))).isNotNull();
        }
        assertThat(Router.turn(pool, Long.MAX_VALUE, Set.of()))
                .isNotEqualTo(Router.turn(pool, Long.MAX_VALUE + 1, Set.of()));
    }

    private static double[] weights(String spaced) {
        return Arrays.stream(spaced.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    private static List<Integer> turns(Pool pool, int start, int length) {
        return IntStream.range(start, start + length)
                .mapToObj(ticket -> Router.turn(pool, ticket, Set.of()).slot())
                .collect(Collectors.toList());
    }

    private static int[] counts(List<Integer> slots, int size) {
        int[] counts = new int[size];
        slots.forEach(slot -> counts[slot]++);
        return counts;
    }
}
