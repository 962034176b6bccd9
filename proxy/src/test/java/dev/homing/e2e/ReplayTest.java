// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Five minutes of real coding agents through the proxy, 40 times as fast. */
@Tag("long")
class ReplayTest {

    @Test
    void affinityKeepsNearlyAllOfTheCachedShareThatIsPossible() throws Exception {
        RecordedLoad load = RecordedLoad.first(Replay.LENGTH);
        double possible = load.possibleShare();
        Replay.Figures scattered = Replay.through(1, load, "affinity: {headers: []}");
        Replay.Figures home = Replay.through(1, load, "");
        System.out.printf(
                "replay (%s): %d requests of %d sessions on %d replicas; cached share: possible %.3f, affinity %.3f,"
                        + " round robin %.3f; mean time to first token: affinity %.0f ms, round robin %.0f ms (%d times as fast)%n",
                load.source(),
                load.requests().size(),
                load.sessions(),
                Replay.REPLICAS,
                possible,
                home.cachedShare(),
                scattered.cachedShare(),
                home.meanFirstTokenMillis(),
                scattered.meanFirstTokenMillis(),
                Replay.FASTER);
        assertThat(home.sessionsOnTwo()).isZero();
        assertThat(home.cachedShare()).isGreaterThan(0.9 * possible).isLessThanOrEqualTo(possible + 0.001);
        assertThat(home.cachedShare()).isGreaterThan(scattered.cachedShare());
        assertThat(home.meanFirstTokenMillis()).isLessThan(scattered.meanFirstTokenMillis());
    }

    @Test
    void aLoadThatIsMadeUpIsTheSameForTheSameSeed() {
        RecordedLoad load = RecordedLoad.made(7, Replay.LENGTH);
        assertThat(load)
                .isEqualTo(RecordedLoad.made(7, Replay.LENGTH))
                .isNotEqualTo(RecordedLoad.made(8, Replay.LENGTH));
        assertThat(load.requests()).hasSizeBetween(200, 1_500);
        assertThat(load.possibleShare()).isBetween(0.6, 0.99);
    }
}
