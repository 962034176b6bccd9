// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.homing.RedisServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The same five minutes through four proxies that share a table in a real Redis, each request through any of them. */
@EnabledIf(
        value = "dev.homing.RedisServer#installed",
        disabledReason = "no redis-server is installed (Debian's package redis-server)")
@Tag("long")
class FleetReplayTest {

    private static final int PROXIES = 4;

    /** Two points of a hundred. */
    private static final double NEAR = 0.02;

    @Test
    void aFleetHasTheCachedShareOfASingleProxy() throws Exception {
        RecordedLoad load = RecordedLoad.first(Replay.LENGTH);
        Replay.Figures single = Replay.through(1, load, "");
        Replay.Figures fleet;
        try (RedisServer redis = RedisServer.start()) {
            fleet = Replay.through(PROXIES, load, "affinity: {share: \"" + redis.url() + "\"}");
        }
        System.out.printf(
                "replay (%s): %d requests of %d sessions; cached share: one proxy %.3f, %d proxies %.3f;"
                        + " mean time to first token: %.0f and %.0f ms (%d times as fast)%n",
                load.source(),
                load.requests().size(),
                load.sessions(),
                single.cachedShare(),
                PROXIES,
                fleet.cachedShare(),
                single.meanFirstTokenMillis(),
                fleet.meanFirstTokenMillis(),
                Replay.FASTER);
        assertThat(single.sessionsOnTwo()).isZero();
        assertThat(fleet.sessionsOnTwo()).isZero();
        assertThat(fleet.cachedShare()).isCloseTo(single.cachedShare(), within(NEAR));
    }
}
