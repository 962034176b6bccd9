// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Two proxies that share a table in a real Redis with a replica, which a Sentinel has take over. */
@EnabledIf(
        value = "dev.homing.RedisServer#installed",
        disabledReason = "no redis-server is installed (Debian's package redis-server)")
@Tag("long")
class SentinelFleetTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SESSIONS = 20;
    private static final String MASTER = "sessions";

    @Test
    void whenTheMasterDiesItsReplicaIsTheTable() {
        try (RedisServer master = RedisServer.start();
                RedisServer replica = replica(master);
                RedisServer sentinel = RedisServer.sentinel(MASTER, master);
                TwoProxies fleet = TwoProxies.start("redis-sentinel://127.0.0.1:" + sentinel.port() + "#" + MASTER)) {
            theTableIsIn(master, replica, sentinel, fleet);
            master.kill();
            theReplicaIsTheTable(replica, sentinel, fleet);
        }
    }

    @Test
    void whenTheMasterHangsItsReplicaIsTheTableAndStaysThatWhenTheOldOneIsBack() {
        try (RedisServer master = RedisServer.start();
                RedisServer replica = replica(master);
                RedisServer sentinel = RedisServer.sentinel(MASTER, master);
                TwoProxies fleet = TwoProxies.start("redis-sentinel://127.0.0.1:" + sentinel.port() + "#" + MASTER)) {
            theTableIsIn(master, replica, sentinel, fleet);
            master.freeze();
            try {
                theReplicaIsTheTable(replica, sentinel, fleet);
            } finally {
                master.thaw();
            }
            await().atMost(PATIENCE).until(() -> isReplica(master));
            fleet.ask(0, "late");
            assertThat(fleet.ask(1, "late").decision()).isEqualTo("pinned");
            assertThat(replica.size()).isEqualTo(2 * SESSIONS + 3);
        }
    }

    private static void theTableIsIn(RedisServer master, RedisServer replica, RedisServer sentinel, TwoProxies fleet) {
        await().atMost(PATIENCE).until(fleet::areUp);
        for (int i = 0; i < SESSIONS; i++) {
            String placed = fleet.ask(i, "s" + i).backend();
            Chat.Told pinned = fleet.ask(i + 1, "s" + i);
            assertThat(pinned.decision()).isEqualTo("pinned");
            assertThat(pinned.backend()).isEqualTo(placed);
        }
        assertThat(master.size()).isEqualTo(SESSIONS + 1);
        await().atMost(PATIENCE).until(() -> replica.size() == SESSIONS + 1);
        await().atMost(PATIENCE)
                .until(() -> sentinel.say("SENTINEL", "REPLICAS", MASTER).contains("$" + replica.port() + "\n"));
    }

    private static void theReplicaIsTheTable(RedisServer replica, RedisServer sentinel, TwoProxies fleet) {
        for (int i = 0; i < SESSIONS; i++) {
            fleet.ask(i, "meanwhile" + i);
        }
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(isReplica(replica)).as(sentinel::log).isFalse());
        await().atMost(PATIENCE).until(fleet::areUp);
        await().atMost(PATIENCE).until(() -> replica.size() == 2 * SESSIONS + 1);

        fleet.ask(0, "new");
        assertThat(fleet.ask(1, "new").decision()).isEqualTo("pinned");
        for (int i = 0; i < SESSIONS; i++) {
            assertThat(fleet.ask(i, "s" + i).backend())
                    .isEqualTo(fleet.ask(i + 1, "s" + i).backend());
        }
    }

    private static RedisServer replica(RedisServer master) {
        return RedisServer.start("--replicaof", "127.0.0.1 " + master.port());
    }

    private static boolean isReplica(RedisServer server) {
        return server.say("INFO", "replication").contains("role:slave");
    }
}
