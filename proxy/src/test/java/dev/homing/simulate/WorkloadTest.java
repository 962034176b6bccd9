// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.routing.SessionKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WorkloadTest {

    @Test
    void requestsOfTheSameTimeAreSpreadEvenlyUpToTheNextTime() {
        assertThat(spread(0, 0, 0, 3000, 3000, 6000)).containsExactly(0, 1000, 2000, 3000, 4500, 6000);
    }

    @Test
    void theLastOnesAreSpreadAsFarAsThoseBefore() {
        assertThat(spread(0, 3000, 3000)).containsExactly(0, 3000, 4500);
        assertThat(spread(7, 7)).as("where no clock ever ticked").containsExactly(7, 7);
    }

    @Test
    void yearsAreSpreadAsSecondsAre() {
        long year = TimeUnit.DAYS.toMillis(365);
        assertThat(spread(0, 0, 0, 0, 40 * year)).containsExactly(0, 10 * year, 20 * year, 30 * year, 40 * year);
    }

    @Test
    void timesThatDifferStayAsTheyAre() {
        assertThat(spread(1, 2, 5)).containsExactly(1, 2, 5);
    }

    @Test
    void turnsAreInTheirOrderWhateverTheirTimes() {
        Workload workload =
                Workload.of(Traces.of(Traces.request("a", 2, 0, 1, 1), Traces.request("a", 1, 5, 1, 2)), 1, 1);

        assertThat(workload.sessions()).hasSize(1);
        assertThat(workload.sessions().get(0))
                .extracting(call -> call.blocks()[0])
                .containsExactly(2, 1);
    }

    @Test
    void aRequestWithoutASessionIsAloneAndHasNoKey() {
        Workload workload =
                Workload.of(Traces.of(Traces.request(null, 0, 0, 1, 1), Traces.request(null, 0, 5, 1, 1)), 1, 1);

        assertThat(workload.sessions()).hasSize(2);
        assertThat(workload.sessions().get(0).get(0).key()).isNull();
    }

    @Test
    void copiesHaveSessionsAndBlocksOfTheirOwnButForThoseThatAllShare() {
        Trace trace = new Trace(
                "test",
                100,
                10,
                Set.of(0),
                List.of(Traces.request("a", 1, 100_000, 1, 0, 1, 2), Traces.request("a", 2, 200_000, 1, 0, 3)));

        Workload workload = Workload.of(trace, 3, 1);

        assertThat(workload.size()).isEqualTo(6);
        assertThat(workload.sessions().stream().map(s -> s.get(0).blocks()))
                .containsExactly(new int[] {0, 1, 2}, new int[] {0, 11, 12}, new int[] {0, 21, 22});
        Set<SessionKey> keys = new HashSet<>();
        workload.sessions().forEach(s -> keys.add(s.get(0).key()));
        assertThat(keys).hasSize(3);
        assertThat(workload.sessions().stream().map(s -> s.get(0).session())).containsExactly(0, 1, 2);
    }

    @Test
    void eachSessionOfAFurtherCopyIsShiftedAsAWholeByUpToAMinute() {
        Trace trace = Traces.conversations(300, 1);
        Workload workload = Workload.of(trace, 2, 1);
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (int n = 0; n < 300; n++) {
            List<Call> original = workload.sessions().get(n);
            List<Call> copy = workload.sessions().get(300 + n);
            long shift = copy.get(0).recordedNanos() - original.get(0).recordedNanos();
            for (int turn = 0; turn < original.size(); turn++) {
                assertThat(copy.get(turn).recordedNanos() - original.get(turn).recordedNanos())
                        .isEqualTo(shift);
            }
            least = Math.min(least, shift);
            most = Math.max(most, shift);
        }
        long minute = TimeUnit.MINUTES.toNanos(1);
        assertThat(least).isBetween(-minute, -minute * 9 / 10);
        assertThat(most).isBetween(minute * 9 / 10, minute);
        assertThat(workload.fromNanos()).isEqualTo(calls(workload).min().orElseThrow());
        assertThat(workload.toNanos()).isEqualTo(calls(workload).max().orElseThrow());
    }

    @Test
    void theSeedDecidesWhereSessionsHashTo() {
        Trace trace = Traces.of(Traces.request("a", 1, 0, 1, 1));

        assertThat(key(trace, 1)).isEqualTo(key(trace, 1)).isNotEqualTo(key(trace, 2));
    }

    private static SessionKey key(Trace trace, long seed) {
        return Workload.of(trace, 1, seed).sessions().get(0).get(0).key();
    }

    private static LongStream calls(Workload workload) {
        return workload.sessions().stream().flatMap(List::stream).mapToLong(Call::recordedNanos);
    }

    private static long[] spread(long... millis) {
        List<Trace.Request> requests = LongStream.of(millis)
                .mapToObj(at -> Traces.request("s" + at, 1, at, 1, 1))
                .toList();
        return LongStream.of(Workload.spread(requests))
                .map(TimeUnit.NANOSECONDS::toMillis)
                .toArray();
    }
}
