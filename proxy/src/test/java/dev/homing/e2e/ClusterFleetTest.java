// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.RedisCluster;
import dev.homing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Two proxies that share a table in a real Redis Cluster. */
@EnabledIf(
        value = "dev.homing.RedisServer#installed",
        disabledReason = "no redis-server is installed (Debian's package redis-server)")
@Tag("long")
class ClusterFleetTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SESSIONS = 60;

    @Test
    void theFleetAgreesAndWhenANodeDiesNothingFailsAndTheTableStaysThere() {
        try (RedisCluster cluster = RedisCluster.start();
                TwoProxies fleet = TwoProxies.start(cluster.url())) {
            await().atMost(PATIENCE).until(fleet::areUp);
            for (int i = 0; i < SESSIONS; i++) {
                Chat.Told placed = fleet.ask(i, "s" + i);
                Chat.Told pinned = fleet.ask(i + 1, "s" + i);
                assertThat(placed.decision()).isEqualTo("placed");
                assertThat(pinned.decision()).isEqualTo("pinned");
                assertThat(pinned.backend()).isEqualTo(placed.backend());
            }

            List<CompletableFuture<Chat.Told>> all = new ArrayList<>();
            for (int i = 0; i < 5 * SESSIONS; i++) {
                if (i == SESSIONS) {
                    cluster.node(1).kill();
                }
                all.add(fleet.send(i, "k" + i % (2 * SESSIONS)));
                if (i % 20 == 19) {
                    all.forEach(CompletableFuture::join);
                }
            }
            assertThat(all).allSatisfy(told -> assertThat(told.join().problem()).isEmpty());
            await().atMost(PATIENCE).until(fleet::areUp);
            Scrape scrape = fleet.operator(0).metrics();
            assertThat(scrape.count("homing_share_operations_total", "operation=place", "result=agreed"))
                    .isGreaterThan(SESSIONS);

            cluster.node(1).restart();
            await().atMost(PATIENCE)
                    .until(() -> cluster.nodes().stream()
                                    .mapToLong(RedisServer::size)
                                    .sum()
                            == 3 * SESSIONS + cluster.nodes().size());
            for (int i = 0; i < 2 * SESSIONS; i++) {
                assertThat(fleet.ask(i, "k" + i).backend())
                        .isEqualTo(fleet.ask(i + 1, "k" + i).backend());
            }
        }
    }
}
