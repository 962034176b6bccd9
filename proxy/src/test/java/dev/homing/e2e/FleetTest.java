// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.LogLines;
import dev.homing.RedisServer;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
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
                Replicas replicas = fast(3);
                RunningHoming one = RunningHoming.start(replicas.yaml(share(redis.url())));
                RunningHoming other = RunningHoming.start(replicas.yaml(share(redis.url())))) {
            Chat a = new Chat(one.clients());
            Chat b = new Chat(other.clients());
            for (int i = 0; i < SESSIONS; i++) {
                Chat.Told placed = ask(i % 2 == 0 ? a : b, "s" + i);
                Chat.Told pinned = ask(i % 2 == 0 ? b : a, "s" + i);
                assertThat(placed.decision()).isEqualTo("placed");
                assertThat(pinned.decision()).isEqualTo("pinned");
                assertThat(pinned.backend()).isEqualTo(placed.backend());
                assertThat(replicas.homes("s" + i)).hasSize(1);
            }
            long bindings = bindings(redis);
            assertThat(bindings).isEqualTo(2L * SESSIONS);
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < SESSIONS; i++) {
                    assertThat(ask(round % 2 == 0 ? a : b, "s" + i).decision()).isEqualTo("pinned");
                }
            }
            assertThat(bindings(redis)).isEqualTo(bindings);
            assertThat(redis.say("KEYS", "*").lines())
                    .hasSize(SESSIONS + 1)
                    .allSatisfy(key -> assertThat(key).matches("\\$homing:1:[0-9a-f]{16}:([0-9a-f]{16}|mark)"));
            Scrape scrape = new Operator(other.operators()).metrics();
            assertThat(scrape.count("homing_share_up")).isEqualTo(1);
            assertThat(scrape.count("homing_share_operations_total", "operation=place", "result=agreed"))
                    .isEqualTo(SESSIONS);
        }
    }

    @Test
    void aMovedSessionIsFollowedByTheOtherProxyAndAForgottenOneForgotten() {
        try (RedisServer redis = RedisServer.start();
                Replicas replicas = fast(3);
                RunningHoming one = RunningHoming.start(replicas.yaml(share(redis.url())));
                RunningHoming other = RunningHoming.start(replicas.yaml(share(redis.url())))) {
            Chat a = new Chat(one.clients());
            Chat b = new Chat(other.clients());
            Operator operator = new Operator(one.operators());
            String left = ask(a, "s").backend();
            ask(b, "s");
            operator.put("/api/backends/" + left + "/state", "{\"state\":\"off\"}");

            Chat.Told moved = ask(a, "s");
            assertThat(moved.decision()).isEqualTo("repinned");
            Operator there = new Operator(other.operators());
            await().atMost(PATIENCE)
                    .until(() -> sessions(there, moved.backend()).size() == 1);
            assertThat(ask(b, "s").backend()).isEqualTo(moved.backend());

            String hash = sessions(there, moved.backend()).get(0).path("hash").asText();
            assertThat(hash).isNotEmpty();
            assertThat(operator.delete("/api/sessions/" + hash).statusCode()).isEqualTo(200);
            assertThat(operator.delete("/api/sessions/" + hash).statusCode()).isEqualTo(404);
            await().atMost(PATIENCE)
                    .until(() -> sessions(there, moved.backend()).isEmpty());
            assertThat(redis.say("DBSIZE")).isEqualTo(":1");
        }
    }

    @Test
    void whenRedisDiesNoRequestFailsAndWhenItIsBackItIsFilledAgain() {
        try (RedisServer redis = RedisServer.start();
                Replicas replicas = fast(3);
                RunningHoming one = RunningHoming.start(replicas.yaml(share(redis.url())));
                RunningHoming other = RunningHoming.start(replicas.yaml(share(redis.url())))) {
            Chat a = new Chat(one.clients());
            Chat b = new Chat(other.clients());
            Operator operator = new Operator(one.operators());
            List<CompletableFuture<Chat.Told>> all = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                if (i == 100) {
                    redis.kill();
                }
                all.add((i % 2 == 0 ? a : b).ask(new Chat.Question("k" + i % 60, List.of(), "hello", 1)));
                if (i % 20 == 19) {
                    all.forEach(CompletableFuture::join);
                }
            }
            assertThat(all).allSatisfy(told -> assertThat(told.join().problem()).isEmpty());
            await().atMost(PATIENCE).until(() -> operator.metrics().count("homing_share_up") == 0);
            ask(a, "alone");
            assertThat(ask(b, "alone").problem()).isEmpty();

            redis.restart();
            await().atMost(PATIENCE).until(() -> operator.metrics().count("homing_share_up") == 1);
            await().atMost(PATIENCE).until(() -> redis.say("DBSIZE").equals(":62"));
            for (int i = 0; i < 60; i++) {
                Chat.Told here = ask(a, "k" + i);
                assertThat(here.decision()).isEqualTo("pinned");
                assertThat(ask(b, "k" + i).backend()).isEqualTo(here.backend());
            }
        }
    }

    @Test
    void aRedisThatHangsHoldsUpFirstPlacementsForAMomentAndThenNobody() {
        try (RedisServer redis = RedisServer.start();
                Replicas replicas = fast(2);
                RunningHoming one = RunningHoming.start(replicas.yaml(share(redis.url())))) {
            Chat chat = new Chat(one.clients());
            Operator operator = new Operator(one.operators());
            for (int i = 0; i < 50; i++) {
                ask(chat, "warm" + i);
            }
            redis.freeze();
            try {
                ask(chat, "warm1");
                for (int i = 0; i < 5; i++) {
                    assertThat(ask(chat, "cold" + i).decision()).isEqualTo("placed");
                }
                Scrape scrape = operator.metrics();
                assertThat(scrape.count("homing_share_up")).isZero();
                assertThat(scrape.count("homing_share_operations_total", "result=timeout"))
                        .isBetween(1L, 4L);
                for (int i = 0; i < 20; i++) {
                    ask(chat, "late" + i);
                }
                assertThat(operator.metrics().count("homing_share_operations_total", "result=timeout"))
                        .isEqualTo(scrape.count("homing_share_operations_total", "result=timeout"));
                assertThat(operator.metrics().count("homing_share_operations_total", "operation=place", "result=away"))
                        .isGreaterThanOrEqualTo(20);
            } finally {
                redis.thaw();
            }
            await().atMost(PATIENCE).until(() -> operator.metrics().count("homing_share_up") == 1);
            await().atMost(PATIENCE).until(() -> redis.say("DBSIZE").equals(":76"));
        }
    }

    @Test
    void aRedisThatIsEmptiedIsFilledAgainWithinSeconds() {
        try (RedisServer redis = RedisServer.start();
                Replicas replicas = fast(2);
                RunningHoming one = RunningHoming.start(replicas.yaml(share(redis.url())))) {
            Chat chat = new Chat(one.clients());
            for (int i = 0; i < 20; i++) {
                ask(chat, "s" + i);
            }
            redis.say("FLUSHALL");

            await().atMost(PATIENCE).until(() -> redis.say("DBSIZE").equals(":21"));
        }
    }

    @Test
    void aFullRedisRefusesAndRequestsGoOn() {
        try (RedisServer redis = RedisServer.start();
                Replicas replicas = fast(2);
                RunningHoming one = RunningHoming.start(replicas.yaml(share(redis.url())))) {
            Chat chat = new Chat(one.clients());
            Operator operator = new Operator(one.operators());
            ask(chat, "before");
            redis.say("CONFIG", "SET", "maxmemory", "1");
            for (int i = 0; i < 5; i++) {
                ask(chat, "s" + i);
            }
            await().atMost(PATIENCE).until(() -> operator.metrics().count("homing_share_up") == 0);
            assertThat(operator.metrics().count("homing_share_operations_total", "result=refused"))
                    .isPositive();

            redis.say("CONFIG", "SET", "maxmemory", "0");
            await().atMost(PATIENCE).until(() -> redis.say("DBSIZE").equals(":7"));
        }
    }

    @Test
    void aWrongPasswordIsToldOnceAndTheRightOneNever() {
        try (RedisServer redis = RedisServer.start("--requirepass", "right-word");
                Replicas replicas = fast(2);
                LogLines log = LogLines.open();
                RunningHoming wrong = RunningHoming.start(replicas.yaml(share(redis.url("wrong-word"))));
                RunningHoming right = RunningHoming.start(replicas.yaml(share(redis.url("right-word"))))) {
            assertThat(ask(new Chat(wrong.clients()), "s").decision()).isEqualTo("placed");
            assertThat(ask(new Chat(right.clients()), "s").decision()).isEqualTo("placed");

            Operator operator = new Operator(right.operators());
            assertThat(operator.metrics().count("homing_share_up")).isEqualTo(1);
            assertThat(new Operator(wrong.operators()).metrics().count("homing_share_up"))
                    .isZero();
            assertThat(operator.get("/api/config").body()).contains("redis://:***@127.0.0.1");
            assertThat(log.lines(Level.WARN))
                    .filteredOn(line -> line.contains("WRONGPASS"))
                    .hasSize(1);
            assertThat(log.lines(Level.DEBUG))
                    .noneMatch(line -> line.contains("right-word") || line.contains("wrong-word"));
        }
    }

    private static Replicas fast(int count) {
        return Replicas.start(count, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER));
    }

    /** Questions about sessions: each makes a key, beside the mark, or looks how long one lives. Signs of life and pending tokens do neither. */
    private static long bindings(RedisServer redis) {
        return redis.commands().getOrDefault("pttl", 0L)
                + redis.say("KEYS", "*").lines().count()
                - 1;
    }

    private static List<JsonNode> sessions(Operator operator, String backend) {
        List<JsonNode> found = new ArrayList<>();
        operator.json("/api/sessions?backend=" + backend).forEach(found::add);
        return found;
    }

    private static Chat.Told ask(Chat chat, String session) {
        Chat.Told told =
                chat.ask(new Chat.Question(session, List.of(), "hello", 1)).join();
        assertThat(told.problem()).isEmpty();
        return told;
    }

    private static String share(String url) {
        return "affinity: {share: \"" + url + "\"}";
    }
}
