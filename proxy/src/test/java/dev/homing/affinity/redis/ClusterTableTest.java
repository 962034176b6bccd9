// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.RedisCluster;
import dev.homing.RedisServer;
import dev.homing.affinity.Binding;
import dev.homing.affinity.SharedTable.Fault;
import dev.homing.affinity.SharedTable.Kind;
import dev.homing.affinity.SharedTable.Listener;
import dev.homing.affinity.SharedTable.Said;
import dev.homing.routing.SessionKey;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The table in a real cluster of three masters. */
@EnabledIf(
        value = "dev.homing.RedisServer#installed",
        disabledReason = "no redis-server is installed (Debian's package redis-server)")
class ClusterTableTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int SESSIONS = 60;
    private static final Binding B1 = new Binding("chat", "b1", "b1");
    private static final Binding B2 = new Binding("chat", "b2", "b2");

    @Test
    void eachNodeHasItsPartAndWhatOneProxyBindsAllAreTold() throws Exception {
        Heard heard = new Heard();
        try (RedisCluster cluster = RedisCluster.start();
                RedisTable one = open(cluster, new Heard());
                RedisTable other = open(cluster, heard)) {
            assertThat(heard.next()).isEqualTo("missed");
            Set<String> told = new HashSet<>();
            Set<String> bound = new HashSet<>();
            for (SessionKey session : sessions()) {
                assertThat(bind(one, session, B1)).isEqualTo(Said.before(null));
                assertThat(bind(other, session, B2)).isEqualTo(Said.before("chat b1"));
                bound.add(session.hex() + " chat b1");
                told.add(heard.next());
            }
            assertThat(told).isEqualTo(bound);
            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(node.size()).isGreaterThan(SESSIONS / 10));
            assertThat(cluster.nodes().stream().mapToLong(RedisServer::size).sum())
                    .isEqualTo(SESSIONS + cluster.nodes().size());

            one.passOn("x chat/b1=5");
            assertThat(heard.next()).isEqualTo("news x chat/b1=5");
            assertThat(Answers.beat(one)).isEqualTo(Answers.beat(other));
        }
    }

    @Test
    void aNodeThatIsGoneCostsWhatItHeldAndItsReturnIsNoticed() {
        Heard heard = new Heard();
        try (RedisCluster cluster = RedisCluster.start();
                RedisTable table = open(cluster, heard)) {
            String mark = Answers.beat(table).mark();
            cluster.node(1).kill();
            await().atMost(PATIENCE).until(() -> {
                String now = Answers.beat(table).mark();
                return !now.isEmpty() && !now.equals(mark);
            });
            String without = Answers.beat(table).mark();
            assertThat(without.split(" ")).hasSize(2).isSubsetOf(mark.split(" "));
            for (SessionKey session : sessions()) {
                Fault fault = bind(table, session, B1).fault();
                if (cluster.holder(key(session)) == 1) {
                    assertThat(fault).isNotNull();
                    assertThat(fault.partial()).isTrue();
                } else {
                    assertThat(fault).isNull();
                }
            }
            heard.words.clear();
            await().atMost(PATIENCE).untilAsserted(() -> {
                table.passOn("x chat/b1=5");
                assertThat(heard.words).contains("news x chat/b1=5");
            });

            cluster.node(1).restart();
            await().atMost(PATIENCE).until(() -> Answers.beat(table).mark().split(" ").length == 3);
            assertThat(sessions())
                    .allSatisfy(session ->
                            assertThat(bind(table, session, B1).fault()).isNull());
        }
    }

    @Test
    void aNodeThatHangsIsWaitedForThreeTimesAndTheOthersAnswerOn() {
        try (RedisCluster cluster = RedisCluster.start();
                RedisTable table = open(cluster, new Heard())) {
            cluster.node(2).freeze();
            try {
                int waited = 0;
                for (SessionKey session : sessions()) {
                    Fault fault = bind(table, session, B1).fault();
                    if (cluster.holder(key(session)) == 2) {
                        assertThat(fault).isNotNull();
                        waited += fault.kind() == Kind.TIMEOUT ? 1 : 0;
                    } else {
                        assertThat(fault).isNull();
                    }
                }
                assertThat(waited).isEqualTo(Parts.PATIENCE);
                assertThat(Answers.beat(table).fault()).isNull();
            } finally {
                cluster.node(2).thaw();
            }
            await().atMost(PATIENCE).until(() -> Answers.beat(table).mark().split(" ").length == 3);
            assertThat(sessions())
                    .allSatisfy(session ->
                            assertThat(bind(table, session, B1).fault()).isNull());
        }
    }

    @Test
    void aNodeThatRefusesAnswersAndItsReasonIsToldEachTime() {
        try (RedisCluster cluster = RedisCluster.start();
                RedisTable table = open(cluster, new Heard())) {
            cluster.node(0).say("CONFIG", "SET", "maxmemory", "1");

            for (SessionKey session : sessions()) {
                Fault fault = bind(table, session, B1).fault();
                if (cluster.holder(key(session)) == 0) {
                    assertThat(fault).isNotNull();
                    assertThat(fault.kind()).isEqualTo(Kind.REFUSED);
                    assertThat(fault.reason()).startsWith("OOM ");
                    assertThat(fault.partial()).isTrue();
                } else {
                    assertThat(fault).isNull();
                }
            }
        }
    }

    @Test
    void aClusterOfWhichNobodyAnswersIsAway() {
        try (RedisCluster cluster = RedisCluster.start();
                RedisTable table = open(cluster, new Heard())) {
            cluster.nodes().forEach(RedisServer::kill);
            await().atMost(PATIENCE).until(() -> {
                Fault fault = Answers.beat(table).fault();
                return fault != null && !fault.partial();
            });
        }
    }

    private static RedisTable open(RedisCluster cluster, Listener listener) {
        List<RedisURI> nodes = cluster.nodes().stream()
                .map(node -> RedisURI.create(node.url()))
                .toList();
        RedisTable table = new RedisTable(new RedisPlace(true, nodes, null), 7, "m");
        table.listener(listener);
        assertThat(Answers.beat(table).fault()).isNull();
        return table;
    }

    private static List<SessionKey> sessions() {
        return LongStream.range(1, SESSIONS + 1).mapToObj(SessionKey::new).toList();
    }

    private static String key(SessionKey session) {
        return "homing:1:0000000000000007:" + session.hex();
    }

    private static Said bind(RedisTable table, SessionKey session, Binding wanted) {
        return Answers.bind(table, session, List.of(), wanted, 60_000);
    }
}
