// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What proxies tell each other of the work that backends have pending through them. */
class PendingElsewhereTest extends FleetCase {

    @Test
    void whatAReplicaHasPendingThroughOneProxyCountsForTheOthersUntilThatFallsSilent() {
        a.pending.put(2, 700L);
        a.pending.put(3, 5L);
        a.fleet.tell(slot -> a.pending.getOrDefault(slot, 0L));
        assertThat(elsewhere(a)).containsExactly(0L, 0L, 0L, 0L);
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 700L, 5L);

        Proxy c = new Proxy("proxy-c");
        c.pending.put(2, 30L);
        c.fleet.tell(slot -> c.pending.getOrDefault(slot, 0L));
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 730L, 5L);

        a.pending.clear();
        a.fleet.tell(slot -> 0);
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 30L, 0L);

        clock.addAndGet(PendingElsewhere.HOLDS_NANOS - 1);
        b.fleet.tell(slot -> 0);
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 30L, 0L);
        clock.addAndGet(1);
        b.fleet.tell(slot -> 0);
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 0L, 0L);
    }

    @Test
    void newsThatMakeNoSenseCountForNothing() {
        for (String news : List.of(
                "",
                "x",
                "x default/gpu-1",
                "x default/gpu-1=",
                "x =5",
                "x default/gpu-1=-4",
                "x default/gpu-9=7",
                "x other/gpu-1=7",
                "x default/gpu-1=99999999999999999",
                "x  default/gpu-1=1e3")) {
            b.fleet.passedOn(news);
            assertThat(elsewhere(b)).as(news).containsExactly(0L, 0L, 0L, 0L);
        }
        b.fleet.passedOn("x nonsense default/gpu-1=7 =");
        assertThat(elsewhere(b)).containsExactly(0L, 7L, 0L, 0L);
    }

    private static List<Long> elsewhere(Proxy proxy) {
        return List.of(0, 1, 2, 3).stream()
                .map(slot -> proxy.fleet.pendingElsewhere().of(slot))
                .toList();
    }
}
