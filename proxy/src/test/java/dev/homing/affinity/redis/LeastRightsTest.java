// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.RedisCluster;
import dev.homing.RedisServer;
import dev.homing.affinity.Binding;
import dev.homing.affinity.SharedTable.Said;
import dev.homing.routing.SessionKey;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The rights that docs/fleet.md gives a user of the table are enough, and nothing is asked that they refuse. */
@EnabledIf(
        value = "dev.homing.RedisServer#installed",
        disabledReason = "no redis-server is installed (Debian's package redis-server)")
class LeastRightsTest {

    private static final Path DOCS = Path.of(System.getProperty("project.root"), "docs/fleet.md");

    @Test
    void theyAreEnoughForOneServer() throws Exception {
        try (RedisServer redis = RedisServer.start()) {
            assertThat(redis.say(rights())).isEqualTo("+OK");
            try (RedisTable table = new RedisTable(place(false, List.of(redis)), 7, "m")) {
                everythingIsDone(table);
            }
            nothingWasRefused(redis);
        }
    }

    @Test
    void withSomeMoreTheyAreEnoughForACluster() throws Exception {
        try (RedisCluster cluster = RedisCluster.start()) {
            List<String> more = new ArrayList<>(List.of(rights()));
            more.addAll(List.of(found("`(\\+cluster[^`]*)`").split(" ")));
            assertThat(cluster.nodes())
                    .allSatisfy(node ->
                            assertThat(node.say(more.toArray(String[]::new))).isEqualTo("+OK"));
            try (RedisTable table = new RedisTable(place(true, cluster.nodes()), 7, "m")) {
                everythingIsDone(table);
            }
            cluster.nodes().forEach(LeastRightsTest::nothingWasRefused);
        }
    }

    private static void everythingIsDone(RedisTable table) throws InterruptedException {
        Heard heard = new Heard();
        Binding first = new Binding("chat", "b1", "b1");
        table.listener(heard);
        assertThat(Answers.beat(table).fault()).isNull();
        assertThat(heard.next()).isEqualTo("missed");
        for (int i = 1; i <= 20; i++) {
            SessionKey session = new SessionKey(i);
            assertThat(Answers.bind(table, session, List.of(), first, 1_000)).isEqualTo(Said.before(null));
            assertThat(heard.next()).isEqualTo(session.hex() + " chat b1");
            assertThat(Answers.bind(table, session, List.of(), first, 60_000)).isEqualTo(Said.before("chat b1"));
            Said forgotten = Answers.of(then -> table.forget(session, "chat", then));
            assertThat(forgotten).isEqualTo(Said.before("chat b1"));
            assertThat(heard.next()).isEqualTo(session.hex() + " nowhere");
        }
        table.passOn("x chat/b1=5");
        assertThat(heard.next()).isEqualTo("news x chat/b1=5");
    }

    private static RedisPlace place(boolean cluster, List<RedisServer> servers) {
        List<RedisURI> nodes = servers.stream()
                .map(server -> RedisURI.builder()
                        .withHost("127.0.0.1")
                        .withPort(server.port())
                        .withAuthentication("homing", "password".toCharArray())
                        .withClientName("homing")
                        .build())
                .toList();
        return new RedisPlace(cluster, nodes, null);
    }

    /** But for the driver's word about its own version, which it does without. */
    private static void nothingWasRefused(RedisServer redis) {
        List<String> refused = Pattern.compile("\\$object\n\\$(\\S+)")
                .matcher(redis.say("ACL", "LOG"))
                .results()
                .map(found -> found.group(1))
                .filter(what -> !what.contains("client|"))
                .toList();
        assertThat(refused).isEmpty();
    }

    private static String[] rights() throws IOException {
        return found("(?m)^(ACL SETUSER homing .*)$").split(" ");
    }

    private static String found(String pattern) throws IOException {
        MatchResult found = Pattern.compile(pattern)
                .matcher(Files.readString(DOCS))
                .results()
                .findFirst()
                .orElseThrow();
        return found.group(1);
    }
}
