// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.KeyPairs;
import dev.homing.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Two proxies that share a table in a real Redis over TLS. */
@EnabledIf(
        value = "dev.homing.RedisServer#installed",
        disabledReason = "no redis-server is installed (Debian's package redis-server)")
@Tag("long")
class TlsFleetTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SESSIONS = 200;

    @TempDir
    private static Path folder;

    private static Path certificate;
    private static Path key;
    private static Path stranger;

    @BeforeAll
    static void make() throws Exception {
        KeyPairs own = KeyPairs.localhost(folder);
        certificate = Files.writeString(folder.resolve("redis.pem"), own.certificatePem());
        key = Files.writeString(folder.resolve("redis-key.pem"), own.keyPem());
        stranger = Files.writeString(
                folder.resolve("stranger.pem"), KeyPairs.localhost(folder).certificatePem());
    }

    @Test
    void theFleetAgreesAndFillsATableThatWasEmptied() {
        int port = RedisServer.freePort();
        try (RedisServer redis = start(port);
                TwoProxies fleet = TwoProxies.start(url(port, certificate))) {
            await().atMost(PATIENCE).until(fleet::areUp);
            for (int i = 0; i < SESSIONS; i++) {
                Chat.Told placed = fleet.ask(i, "s" + i);
                Chat.Told pinned = fleet.ask(i + 1, "s" + i);
                assertThat(placed.decision()).isEqualTo("placed");
                assertThat(pinned.backend()).isEqualTo(placed.backend());
            }
            redis.say("FLUSHALL");

            await().atMost(PATIENCE).until(() -> redis.size() == SESSIONS + 1);
        }
    }

    @Test
    void aRedisWithAnothersCertificateIsNotTheTableAndRequestsGoOn() {
        int port = RedisServer.freePort();
        try (RedisServer redis = start(port);
                TwoProxies fleet = TwoProxies.start(url(port, stranger))) {
            assertThat(fleet.ask(0, "s").decision()).isEqualTo("placed");
            assertThat(fleet.areUp()).isFalse();
            assertThat(redis.size()).isZero();
        }
    }

    private static RedisServer start(int port) {
        return RedisServer.start(
                "--tls-port", String.valueOf(port),
                "--tls-cert-file", certificate.toString(),
                "--tls-key-file", key.toString(),
                "--tls-ca-cert-file", certificate.toString(),
                "--tls-auth-clients", "no");
    }

    private static String url(int port, Path ca) {
        return "rediss://localhost:" + port + "/0?ca=" + ca;
    }
}
