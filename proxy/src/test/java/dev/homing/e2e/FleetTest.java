// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.LogLines;
import dev.homing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Two proxies that share a table in a real Redis, in front of the same replicas. */
@EnabledIf(
        value = "dev.homing.RedisServer#installed",
        disabledReason = "no redis-server is installed (Debian's package redis-server)")
@Tag("long")
class FleetTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int SESSIONS = 40;

    @Test
    void aSessionPlacedThroughOneIsPinnedThroughTheOtherAndOnlyPlacingAsksRedis() {
        try (RedisServer redis = RedisServer.start();
                TwoProxies fleet = TwoProxies.start(redis.url())) {
            for (int i = 0; i < SESSIONS; i++) {
                Chat.Told placed = fleet.ask(i, "s" + i);
                Chat.Told pinned = fleet.ask(i + 1, "s" + i);
                assertThat(placed.decision()).isEqualTo("placed");
                assertThat(pinned.decision()).isEqualTo("pinned");
                assertThat(pinned.backend()).isEqualTo(placed.backend());
                assertThat(fleet.replicas().homes("s" + i)).hasSize(1);
            }
            long bindings = bindings(redis);
            assertThat(bindings).isEqualTo(2L * SESSIONS);
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < SESSIONS; i++) {
                    assertThat(fleet.ask(round, "s" + i).decision()).isEqualTo("pinned");
                }
            }
            assertThat(bindings(redis)).isEqualTo(bindings);
            assertThat(redis.say("KEYS", "*").lines())
                    .hasSize(SESSIONS + 1)
                    .allSatisfy(key -> assertThat(key).matches("\\$homing:1:[0-9a-f]{16}:([0-9a-f]{16}|mark)"));
            Scrape scrape = fleet.operator(1).metrics();
            assertThat(scrape.count("homing_share_up")).isEqualTo(1);
            assertThat(scrape.count("homing_share_operations_total", "operation=place", "result=agreed"))
                    .isEqualTo(SESSIONS);
        }
    }

    @Test
    void aMovedSessionIsFollowedByTheOtherProxyAndAForgottenOneForgotten() {
        try (RedisServer redis = RedisServer.start();
                TwoProxies fleet = TwoProxies.start(redis.url())) {
            Operator operator = fleet.operator(0);
            String left = fleet.ask(0, "s").backend();
            fleet.ask(1, "s");
            operator.put("/api/backends/" + left + "/state", "{\"state\":\"off\"}");

            Chat.Told moved = fleet.ask(0, "s");
            assertThat(moved.decision()).isEqualTo("repinned");
            Operator there = fleet.operator(1);
            await().atMost(PATIENCE)
                    .until(() -> sessions(there, moved.backend()).size() == 1);
            assertThat(fleet.ask(1, "s").backend()).isEqualTo(moved.backend());

            String hash = sessions(there, moved.backend()).get(0).path("hash").asText();
            assertThat(hash).isNotEmpty();
            assertThat(operator.delete("/api/sessions/" + hash).statusCode()).isEqualTo(200);
            assertThat(operator.delete("/api/sessions/" + hash).statusCode()).isEqualTo(404);
            await().atMost(PATIENCE)
                    .until(() -> sessions(there, moved.backend()).isEmpty());
            assertThat(redis.size()).isEqualTo(1);
        }
    }

    @Test
    void whenRedisDiesNoRequestFailsAndWhenItIsBackItIsFilledAgain() {
        try (RedisServer redis = RedisServer.start();
                TwoProxies fleet = TwoProxies.start(redis.url())) {
            Operator operator = fleet.operator(0);
            List<CompletableFuture<Chat.Told>> all = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                if (i == 100) {
                    redis.kill();
                }
                all.add(fleet.send(i, "k" + i % 60));
                if (i % 20 == 19) {
                    all.forEach(CompletableFuture::join);
                }
            }
            assertThat(all).allSatisfy(told -> assertThat(told.join().problem()).isEmpty());
            await().atMost(PATIENCE).until(() -> operator.metrics().count("homing_share_up") == 0);
            fleet.ask(0, "alone");
            assertThat(fleet.ask(1, "alone").problem()).isEmpty();

            redis.restart();
            await().atMost(PATIENCE).until(fleet::areUp);
            await().atMost(PATIENCE).until(() -> redis.size() == 62);
            for (int i = 0; i < 60; i++) {
                Chat.Told here = fleet.ask(0, "k" + i);
                assertThat(here.decision()).isEqualTo("pinned");
                assertThat(fleet.ask(1, "k" + i).backend()).isEqualTo(here.backend());
            }
        }
    }

    @Test
    void aRedisThatHangsHoldsUpFirstPlacementsForAMomentAndThenNobody() {
        try (RedisServer redis = RedisServer.start();
                TwoProxies fleet = TwoProxies.start(redis.url())) {
            Operator operator = fleet.operator(0);
            for (int i = 0; i < 50; i++) {
                fleet.ask(0, "warm" + i);
            }
            redis.freeze();
            try {
                fleet.ask(0, "warm1");
                for (int i = 0; i < 5; i++) {
                    assertThat(fleet.ask(0, "cold" + i).decision()).isEqualTo("placed");
                }
                Scrape scrape = operator.metrics();
                assertThat(scrape.count("homing_share_up")).isZero();
                assertThat(waited(scrape)).isBetween(1L, 3L);
                for (int i = 0; i < 20; i++) {
                    fleet.ask(0, "late" + i);
                }
                assertThat(waited(operator.metrics())).isEqualTo(waited(scrape));
                assertThat(operator.metrics().count("homing_share_operations_total", "operation=place", "result=away"))
                        .isGreaterThanOrEqualTo(20);
            } finally {
                redis.thaw();
            }
            await().atMost(PATIENCE).until(fleet::areUp);
            await().atMost(PATIENCE).until(() -> redis.size() == 76);
        }
    }

    @Test
    void aRedisThatIsEmptiedIsFilledAgainWithinSeconds() {
        try (RedisServer redis = RedisServer.start();
                TwoProxies fleet = TwoProxies.start(redis.url())) {
            for (int i = 0; i < 20; i++) {
                fleet.ask(0, "s" + i);
            }
            redis.say("FLUSHALL");

            await().atMost(PATIENCE).until(() -> redis.size() == 21);
        }
    }

    @Test
    void aFullRedisRefusesAndRequestsGoOn() {
        try (RedisServer redis = RedisServer.start();
                TwoProxies fleet = TwoProxies.start(redis.url())) {
            Operator operator = fleet.operator(0);
            fleet.ask(0, "before");
            redis.say("CONFIG", "SET", "maxmemory", "1");
            for (int i = 0; i < 5; i++) {
                fleet.ask(0, "s" + i);
            }
            await().atMost(PATIENCE).until(() -> operator.metrics().count("homing_share_up") == 0);
            assertThat(operator.metrics().count("homing_share_operations_total", "result=refused"))
                    .isPositive();

            redis.say("CONFIG", "SET", "maxmemory", "0");
            await().atMost(PATIENCE).until(() -> redis.size() == 7);
        }
    }

    @Test
    void aWrongPasswordIsToldOnceAndTheRightOneNever() {
        try (RedisServer redis = RedisServer.start("--requirepass", "right-word");
                LogLines log = LogLines.open();
                TwoProxies fleet = TwoProxies.start(redis.url("wrong-word"), redis.url("right-word"))) {
            assertThat(fleet.ask(0, "s").decision()).isEqualTo("placed");
            assertThat(fleet.ask(1, "s").decision()).isEqualTo("placed");

            Operator operator = fleet.operator(1);
            assertThat(operator.metrics().count("homing_share_up")).isEqualTo(1);
            assertThat(fleet.operator(0).metrics().count("homing_share_up")).isZero();
            assertThat(operator.get("/api/config").body()).contains("redis://:***@127.0.0.1");
            assertThat(log.lines(Level.WARN))
                    .filteredOn(line -> line.contains("WRONGPASS"))
                    .hasSize(1);
            assertThat(log.lines(Level.DEBUG))
                    .noneMatch(line -> line.contains("right-word") || line.contains("wrong-word"));
        }
    }

    /** Questions about sessions: each makes a key, beside the mark, or looks how long one lives. Signs of life and pending tokens do neither. */
    private static long bindings(RedisServer redis) {
        return redis.commands().getOrDefault("pttl", 0L)
                + redis.say("KEYS", "*").lines().count()
                - 1;
    }

    /** New sessions that waited in vain. */
    private static long waited(Scrape scrape) {
        return scrape.count("homing_share_operations_total", "operation=place", "result=timeout");
    }

    private static List<JsonNode> sessions(Operator operator, String backend) {
        List<JsonNode> found = new ArrayList<>();
        operator.json("/api/sessions?backend=" + backend).forEach(found::add);
        return found;
    }
}
