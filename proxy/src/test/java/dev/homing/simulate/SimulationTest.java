// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulationTest {

    private static final Offset<Double> EXACT = within(1e-9);

    /** Before everything else, so that the warm-up has something to throw away. */
    private static final Trace.Request FIRST = Traces.request("first", 1, 0, 0, 900);

    @Test
    void aTurnComesAtItsTimeOrWhenTheOneBeforeIsDone() {
        // At 1000 s: 2,000 tokens take 0.2 s, then 100 are written in 2 s. The next turn is recorded 1 s after it,
        // so it comes 1.2 s late, and reads 500 tokens in 0.05 s. The third one comes in its own time, and finds
        // all but 100 in the cache.
        int[] longest = blocks(26);
        Figures figures = run(
                Policy.RENDEZVOUS,
                1,
                FIRST,
                Traces.request("a", 1, 1_000_000, 100, blocks(20)),
                Traces.request("a", 2, 1_001_000, 10, blocks(25)),
                Traces.request("a", 3, 1_010_000, 10, longest),
                Traces.request("b", 1, 1_002_260, 1, 800));

        assertThat(figures.requests()).isEqualTo(4);
        assertThat(figures.cachedRatio()).isCloseTo((2000 + 2500) / (2000 + 2500 + 2600 + 100.0), EXACT);
        assertThat(figures.firstToken().p99()).isCloseTo(0.2, EXACT);
        assertThat(figures.firstToken().p50())
                .as("b came while nobody else was reading")
                .isCloseTo(0.01, EXACT);
        assertThat(figures.firstToken().p95()).isCloseTo(0.2, EXACT);
    }

    @Test
    void theNextTurnIsLateBecauseItWaitsForTheAnswer() {
        // a's first turn is done at 1002.2 s, so its second one, though recorded for 1001 s, is read from then
        // to 1002.25 s: b waits for it.
        Figures figures = run(
                Policy.RENDEZVOUS,
                1,
                FIRST,
                Traces.request("a", 1, 1_000_000, 100, blocks(20)),
                Traces.request("a", 2, 1_001_000, 10, blocks(25)),
                Traces.request("b", 1, 1_002_210, 1, 800));

        assertThat(figures.firstToken().p50())
                .as("a's second turn, and b's wait")
                .isCloseTo(0.05, EXACT);
    }

    @Test
    void theFirstTenthOfTheTimeIsNotCounted() {
        List<Trace.Request> requests = new ArrayList<>();
        for (int n = 0; n <= 100; n++) {
            requests.add(Traces.request("s" + n, 1, n * 1000L, 1, n));
        }
        assertThat(run(Policy.ROUND_ROBIN, 4, requests.toArray(Trace.Request[]::new))
                        .requests())
                .as("those at 10 s and later")
                .isEqualTo(91);
    }

    @Test
    void roundRobinScattersASessionAndAffinityDoesNot() {
        Trace.Request[] turns = new Trace.Request[41];
        for (int n = 0; n <= 40; n++) {
            turns[n] = Traces.request("a", n, n * 10_000L, 1, blocks(n + 1));
        }
        Figures scattered = run(Policy.ROUND_ROBIN, 4, turns);
        Figures home = run(Policy.RENDEZVOUS, 4, turns);

        assertThat(scattered.sessionsMoved()).isEqualTo(1);
        assertThat(home.sessionsMoved()).isZero();
        // counted are the prompts of 5 to 41 blocks: at home all but one block each is cached, by turns all but four
        double all = (5 + 41) * 37 / 2.0;
        assertThat(home.cachedRatio()).isCloseTo((all - 37) / all, EXACT);
        assertThat(scattered.cachedRatio()).isCloseTo((all - 4 * 37) / all, EXACT);
    }

    @Test
    void imbalanceIsTheBusiestOverTheMean() {
        // one answer of 10 s on one backend of four, again and again
        Trace.Request[] turns = new Trace.Request[21];
        for (int n = 0; n <= 20; n++) {
            turns[n] = Traces.request("a", n, n * 20_000L, 500, 1);
        }
        assertThat(run(Policy.RENDEZVOUS, 4, turns).inflightImbalance()).isCloseTo(4, EXACT);
        assertThat(run(Policy.RENDEZVOUS, 1, turns).inflightImbalance()).isCloseTo(1, EXACT);
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void theSameSeedGivesTheSameFiguresAndEveryCallIsReplayed(Policy policy) {
        for (Incident incident : Incident.values()) {
            Workload workload = Workload.of(Traces.conversations(100, 3), 2, 7);
            AtomicInteger done = new AtomicInteger();
            Figures once = Simulation.run(workload, scenario(4, 50_000, incident), policy, done::set);
            Figures twice = Simulation.run(workload, scenario(4, 50_000, incident), policy, n -> {});

            assertThat(once).isEqualTo(twice);
            assertThat(done).hasValue(workload.size());
            assertThat(once.requests()).isBetween(1, workload.size());
        }
    }

    /** What the simulator is for: the order of policies, on a generated load that is heavy enough to tell them apart. */
    @Test
    void affinityKeepsTheCacheAndSeeingLoadKeepsTheBalance() {
        Map<Policy, Figures> by = new EnumMap<>(Policy.class);
        Workload workload = Workload.of(Traces.conversations(600, 5), 1, 1);
        for (Policy policy : Policy.values()) {
            by.put(policy, Simulation.run(workload, scenario(4, 4_000_000, Incident.NONE), policy, n -> {}));
        }
        Figures roundRobin = by.get(Policy.ROUND_ROBIN);
        Figures rendezvous = by.get(Policy.RENDEZVOUS);
        Figures loadAware = by.get(Policy.LOAD_AWARE);
        Figures relief = by.get(Policy.LOAD_AWARE_RELIEF);

        assertThat(rendezvous.cachedRatio()).isGreaterThan(1.2 * roundRobin.cachedRatio());
        assertThat(rendezvous.firstToken().p95())
                .isLessThan(roundRobin.firstToken().p95());
        assertThat(loadAware.cachedRatio()).isCloseTo(rendezvous.cachedRatio(), within(0.01));
        assertThat(loadAware.firstToken().p95())
                .isLessThan(rendezvous.firstToken().p95());
        assertThat(loadAware.sessionsMoved()).isZero();
        assertThat(relief.sessionsMoved()).isPositive();
        assertThat(relief.cachedRatio()).isBetween(roundRobin.cachedRatio(), loadAware.cachedRatio());
        assertThat(by.get(Policy.LEAST_INFLIGHT).inflightImbalance()).isLessThan(rendezvous.inflightImbalance());
        assertThat(by.get(Policy.ORACLE).firstToken().p95())
                .isLessThan(roundRobin.firstToken().p95());
    }

    @Test
    void sessionsOverOneBeginningStartTogetherByPrefix() {
        // a system prompt of 2,100 tokens that all sessions share, and a question of their own
        List<Trace.Request> requests = new ArrayList<>();
        for (int n = 0; n < 101; n++) {
            int[] blocks = blocks(22);
            blocks[21] = 100 + n;
            requests.add(Traces.request("s" + n, 1, n * 5_000L, 1_500, blocks));
        }
        Trace.Request[] trace = requests.toArray(Trace.Request[]::new);

        assertThat(run(Policy.LOAD_AWARE_PREFIX, 4, trace).cachedRatio())
                .as("read once, in the warm-up")
                .isCloseTo(21 / 22.0, EXACT);
        assertThat(run(Policy.LOAD_AWARE_PREFIX, 4, trace).inflightImbalance()).isCloseTo(4, EXACT);
        assertThat(run(Policy.LOAD_AWARE, 4, trace).inflightImbalance()).isLessThan(3);
    }

    @Test
    void aLostBackendsSessionsMoveAndTheirHistoryIsReadAnew() {
        Workload workload = Workload.of(Traces.conversations(600, 5), 1, 1);
        Figures figures = Simulation.run(workload, scenario(2, 4_000_000, Incident.FAIL), Policy.RENDEZVOUS, n -> {});
        Figures before = Simulation.run(workload, scenario(2, 4_000_000, Incident.NONE), Policy.RENDEZVOUS, n -> {});

        assertThat(figures.sessionsMoved()).isPositive();
        assertThat(figures.cachedRatio()).isLessThan(before.cachedRatio());
        assertThat(figures.firstToken().p95()).isGreaterThan(before.firstToken().p95());
    }

    @Test
    void whatALostBackendHadNotAnsweredIsSentAgainAndWhatItWasAnsweringBreaksOff() {
        // By turns over two backends, one of which is lost at 1000 s, which of them does not matter. Each is writing an
        // answer then that takes until 1990 s, and has been reading 10,000 tokens for half a second. So the one that
        // is left reads on for half a second, then a whole one for the other, and then what came since.
        Trace.Request[] trace = {
            FIRST,
            Traces.request("writes0", 1, 990_000, 50_000, 200),
            Traces.request("writes1", 1, 990_001, 50_000, 201),
            Traces.request("reads0", 1, 999_500, 1, blocks(100)),
            Traces.request("reads1", 1, 999_501, 1, Arrays.copyOfRange(blocks(200), 100, 200)),
            Traces.request("new", 1, 1_000_100, 1, 300),
            Traces.request("writes0", 2, 1_000_200, 1, 200, 210),
            Traces.request("writes1", 2, 1_000_201, 1, 201, 211),
            Traces.request("last", 1, 3_000_000, 1, 301)
        };
        Figures figures = Simulation.run(
                Workload.of(Traces.of(trace), 1, 1),
                scenario(2, 4_000_000, Incident.FAIL),
                Policy.ROUND_ROBIN,
                n -> {});

        assertThat(figures.requests())
                .as("the new one, and the next turn of the answer that broke off")
                .isEqualTo(2);
        assertThat(figures.cachedRatio()).isZero();
        assertThat(figures.firstToken().p99()).as("from 1000.1 s to 1001.51 s").isCloseTo(1.41, within(0.0015));
        assertThat(figures.firstToken().p50()).as("from 1000.2 s to 1001.53 s").isCloseTo(1.33, within(0.0015));
        assertThat(figures.sessionsMoved())
                .as("one that was read, one that was written")
                .isEqualTo(2);
    }

    @Test
    void aTableThatIsLostScattersSessionsThatWerePlacedByLoad() {
        Workload workload = Workload.of(Traces.conversations(900, 5), 1, 1);
        Figures kept = Simulation.run(workload, scenario(4, 4_000_000, Incident.NONE), Policy.LOAD_AWARE, n -> {});
        Figures lost = Simulation.run(workload, scenario(4, 4_000_000, Incident.RESTART), Policy.LOAD_AWARE, n -> {});
        Figures hashed = Simulation.run(workload, scenario(4, 4_000_000, Incident.RESTART), Policy.RENDEZVOUS, n -> {});

        assertThat(kept.sessionsMoved()).isZero();
        assertThat(lost.sessionsMoved()).isPositive();
        assertThat(hashed.sessionsMoved()).as("the hash leads them back").isZero();
    }

    @Test
    void scalingOutMovesNobody() {
        Workload workload = Workload.of(Traces.conversations(600, 5), 1, 1);
        Figures figures =
                Simulation.run(workload, scenario(2, 4_000_000, Incident.SCALEOUT), Policy.RENDEZVOUS, n -> {});
        Figures without = // the same minutes: to a hash a restart is nothing
                Simulation.run(workload, scenario(2, 4_000_000, Incident.RESTART), Policy.RENDEZVOUS, n -> {});

        assertThat(figures.sessionsMoved()).isZero();
        assertThat(without.sessionsMoved()).isZero();
        assertThat(figures.firstToken().p95())
                .as("the new one takes load off the others")
                .isLessThan(without.firstToken().p95());
    }

    private static Figures run(Policy policy, int backends, Trace.Request... requests) {
        return Simulation.run(
                Workload.of(Traces.of(requests), 1, 1), scenario(backends, 4_000_000, Incident.NONE), policy, n -> {});
    }

    private static Scenario scenario(int backends, long cacheTokens, Incident incident) {
        return new Scenario(backends, cacheTokens, 16_384, 4, 1, incident);
    }

    private static int[] blocks(int count) {
        int[] blocks = new int[count];
        for (int i = 0; i < count; i++) {
            blocks[i] = i;
        }
        return blocks;
    }
}
