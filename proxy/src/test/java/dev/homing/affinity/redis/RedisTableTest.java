// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.RedisServer;
import dev.homing.affinity.Binding;
import dev.homing.affinity.SharedTable.Kind;
import dev.homing.affinity.SharedTable.Listener;
import dev.homing.affinity.SharedTable.Said;
import dev.homing.affinity.SharedTable.Wish;
import dev.homing.routing.SessionKey;
import io.lettuce.core.RedisURI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The scripts and the channels, against a real Redis. */
@EnabledIf(
        value = "dev.homing.RedisServer#installed",
        disabledReason = "no redis-server is installed (Debian's package redis-server)")
class RedisTableTest {

    private static final SessionKey SESSION = new SessionKey(0xabcdef);
    private static final Binding B1 = new Binding("chat", "b1", "b1");
    private static final Binding B2 = new Binding("chat", "b2", "b1");
    private static final Binding B3 = new Binding("chat", "b3", "b3");
    private static final String KEY = "homing:1:0000000000000007:0000000000abcdef";

    @Test
    void aBindingStandsUnlessTheTableSaysWhatWasNotExpected() throws Exception {
        Heard heard = new Heard();
        try (RedisServer redis = RedisServer.start();
                RedisTable table = open(redis, heard)) {
            assertThat(heard.next()).isEqualTo("missed");

            assertThat(bind(table, List.of(), B1, 60_000).before()).isNull();
            assertThat(heard.next()).isEqualTo("0000000000abcdef chat b1");
            assertThat(bind(table, List.of(), B3, 60_000).before()).isEqualTo("chat b1");
            assertThat(bind(table, List.of("chat b9", "chat b1"), B2, 60_000).before())
                    .isEqualTo("chat b1");
            assertThat(heard.next()).isEqualTo("0000000000abcdef chat b2 b1");
            assertThat(bind(table, List.of("chat b1"), B3, 60_000).before()).isEqualTo("chat b2 b1");
            assertThat(redis.say("GET", KEY)).isEqualTo("$chat b2 b1");

            table.passOn("x chat/b1=5");
            assertThat(heard.next()).isEqualTo("news x chat/b1=5");
            assertThat(heard.words).isEmpty();
        }
    }

    @Test
    void aLifeIsMadeLongerAndNeverShorter() {
        try (RedisServer redis = RedisServer.start();
                RedisTable table = open(redis, new Heard())) {
            bind(table, List.of(), B1, 60_000);
            assertThat(life(redis)).isBetween(30_000L, 60_000L);
            bind(table, List.of(), B1, 1_000);
            assertThat(life(redis)).isBetween(30_000L, 60_000L);
            bind(table, List.of(), B3, 600_000); // another's question is a sign of use as well
            assertThat(life(redis)).isBetween(500_000L, 600_000L);
        }
    }

    @Test
    void whatIsForgottenIsToldAndAnotherPoolsSessionStays() throws Exception {
        Heard heard = new Heard();
        try (RedisServer redis = RedisServer.start();
                RedisTable table = open(redis, heard)) {
            bind(table, List.of(), B1, 60_000);
            heard.next();
            heard.next();

            assertThat(forget(table, "chatter").before()).isNull();
            assertThat(redis.say("EXISTS", KEY)).isEqualTo(":1");
            assertThat(forget(table, "chat").before()).isEqualTo("chat b1");
            assertThat(heard.next()).isEqualTo("0000000000abcdef nowhere");
            assertThat(redis.say("EXISTS", KEY)).isEqualTo(":0");
        }
    }

    @Test
    void theMarkIsTheSameForAllUntilTheDataIsLost() {
        try (RedisServer redis = RedisServer.start();
                RedisTable table = open(redis, new Heard());
                RedisTable other = open(redis, new Heard())) {
            String mark = Answers.beat(table).mark();
            assertThat(mark).isNotEmpty();
            assertThat(Answers.beat(other).mark()).isEqualTo(mark);
            redis.say("FLUSHALL");
            String next = Answers.beat(table).mark();
            assertThat(next).isNotEqualTo(mark);
            assertThat(Answers.beat(other).mark()).isEqualTo(next);
        }
    }

    @Test
    void onlyARequestThatWaitsIsToldSoonThatThereIsNoAnswer() {
        try (RedisServer redis = RedisServer.start();
                RedisTable table = open(redis, new Heard())) {
            bind(table, List.of(), B1, 60_000);
            redis.say("CLIENT", "PAUSE", "400");
            Said waited = Answers.bind(table, new Wish(SESSION, List.of(), B1, 60_000, true));
            Said inPassing = Answers.bind(table, new Wish(SESSION, List.of(), B1, 60_000, false));

            assertThat(waited.fault()).isNotNull();
            assertThat(waited.fault().kind()).isEqualTo(Kind.TIMEOUT);
            assertThat(inPassing).isEqualTo(Said.before("chat b1"));
        }
    }

    @Test
    void beforeThereIsAConnectionNobodyIsThere() {
        try (RedisServer redis = RedisServer.start();
                RedisTable table = table(redis)) {
            Said said = bind(table, List.of(), B1, 1);

            assertThat(said.fault()).isNotNull();
            assertThat(said.fault().kind()).isEqualTo(Kind.AWAY);
        }
    }

    @Test
    void messagesThatMakeNoSenseAreDropped() {
        Heard heard = new Heard();
        for (String message : List.of("", "x", "0000000000abcdeX b1", "0000000000abcdef", "0000000000abcdef a b")) {
            Names.tell(message, heard);
        }
        Names.tell("0000000000abcdef nonsense", heard);

        assertThat(new ArrayList<>(heard.words)).containsExactly("0000000000abcdef nowhere", "0000000000abcdef a b");
    }

    private static RedisTable table(RedisServer redis) {
        return new RedisTable(new RedisPlace(false, List.of(RedisURI.create(redis.url())), null), 7, "m");
    }

    private static RedisTable open(RedisServer redis, Listener listener) {
        RedisTable table = table(redis);
        table.listener(listener);
        assertThat(Answers.beat(table).fault()).isNull();
        return table;
    }

    private static long life(RedisServer redis) {
        return Long.parseLong(redis.say("PTTL", KEY).substring(1));
    }

    private static Said bind(RedisTable table, List<String> expected, Binding wanted, long ttlMillis) {
        return Answers.bind(table, SESSION, expected, wanted, ttlMillis);
    }

    private static Said forget(RedisTable table, String pool) {
        return Answers.of(then -> table.forget(SESSION, pool, then));
    }
}
