// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.steady;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.RedisServer;
import dev.homing.app.RunningHoming;
import dev.homing.e2e.Operator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Two proxies that share a table, behind a TCP balancer, are restarted one after the other under load. */
@EnabledIf(
        value = "dev.homing.RedisServer#installed",
        disabledReason = "no redis-server is installed (Debian's package redis-server)")
@Tag("long")
class RollingRestartTest {

    private static final int PROXIES = 2;
    private static final int CLIENTS = 60;
    private static final int SHORT = 3;
    private static final int LONG = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<SteadyBackend> backends = new ArrayList<>();
    private final List<RunningHoming> proxies = new ArrayList<>();
    private final List<URI> addresses = new ArrayList<>();
    private RedisServer redis;
    private Balancer balancer;

    @BeforeEach
    void start() throws IOException {
        redis = RedisServer.start();
        for (int i = 0; i < 3; i++) {
            backends.add(SteadyBackend.start("gpu-" + i));
        }
        for (int i = 0; i < PROXIES; i++) {
            proxies.add(RunningHoming.start(yaml("127.0.0.1:0")));
            addresses.add(proxies.get(i).clients());
        }
        balancer = Balancer.before(addresses.stream()
                .map(url -> new InetSocketAddress(url.getHost(), url.getPort()))
                .toList());
    }

    @AfterEach
    void stop() throws IOException {
        balancer.close();
        proxies.forEach(RunningHoming::close);
        for (SteadyBackend backend : backends) {
            backend.close();
        }
        redis.close();
    }

    private String yaml(String address) {
        StringBuilder yaml = new StringBuilder(String.format(Locale.ROOT, """
                listen: %s
                admin: 127.0.0.1:0
                response_headers: true
                drain_timeout: 5s
                affinity: {share: "%s"}
                backends:
                """, address, redis.url()));
        backends.forEach(backend ->
                yaml.append(String.format(Locale.ROOT, "  - {id: %s, url: \"%s\"}%n", backend.id(), backend.url())));
        return yaml.toString();
    }

    /** As SIGTERM does it, and then a start with the same configuration. */
    private void restart(int proxy) {
        proxies.get(proxy).drain();
        proxies.get(proxy).close();
        proxies.set(proxy, RunningHoming.start(yaml(addresses.get(proxy).getAuthority())));
    }

    private Audience audience() {
        return new Audience(balancer.address(), SHORT);
    }

    private static void awaitMore(Audience audience, int count) {
        int before = audience.answers();
        await().atMost(PATIENCE).until(() -> audience.answers() >= before + count);
    }

    @Test
    void noRequestFailsAndNoSessionMoves() throws Exception {
        try (Audience audience = audience();
                Hoppers hoppers = new Hoppers(balancer.address())) {
            audience.begin(CLIENTS);
            hoppers.begin(4);
            awaitMore(audience, 2 * CLIENTS);

            for (int round = 0; round < 2; round++) {
                for (int proxy = 0; proxy < PROXIES; proxy++) {
                    restart(proxy);
                    awaitMore(audience, 2 * CLIENTS);
                }
            }
            audience.end();
            hoppers.end();

            System.out.printf(
                    "%d restarts: %d streams of kept connections, %d requests with a connection each; %d connections were refused and went elsewhere%n",
                    2 * PROXIES, audience.answers(), hoppers.answers(), balancer.refused());
            assertThat(audience.failures()).isEmpty();
            assertThat(hoppers.problems()).isEmpty();
            assertThat(audience.visits())
                    .allSatisfy((session, visits) -> assertThat(visits).hasSize(1));
            assertThat(balancer.refused())
                    .as("connections that a proxy refused while it was away")
                    .isPositive();
            for (RunningHoming proxy : proxies) {
                assertThat(new Operator(proxy.operators()).metrics().count("homing_requests_total", "status=2xx"))
                        .as("requests through a proxy that was restarted")
                        .isPositive();
            }
        }
    }

    @Test
    void whatIsStillUnderWayWhenDrainTimeoutIsOverIsCutVisiblyAndNothingElse() throws Exception {
        try (Audience endless = new Audience(balancer.address(), LONG);
                Audience audience = audience()) {
            endless.begin(PROXIES * 2);
            await().atMost(PATIENCE)
                    .until(() ->
                            backends.stream().mapToInt(SteadyBackend::streams).sum() == PROXIES * 2);
            audience.begin(CLIENTS);
            awaitMore(audience, CLIENTS);

            endless.endSoon();
            restart(0);
            awaitMore(audience, CLIENTS);
            audience.end();

            assertThat(audience.failures()).isEmpty();
            assertThat(endless.heard()).hasSize(2).allMatch(Heard::cut);
        }
    }
}
