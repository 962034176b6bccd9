// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every key with another value than its default. */
class EveryKeyTest {

    private static final HomingConfig CONFIG = Project.read("""
            listen:
              - 0.0.0.0:8080
              - "[::1]:8081"
              - {address: "0.0.0.0:8443", tls: {certificates: [{certificate: c.pem, key: k.pem}, {certificate: c2.pem, key: k2.pem}], client_ca: ca.pem}, proxy_protocol: true}
            admin: 10.0.0.9:9090
            admin_token: abc.DEF_123~+/=
            backends:
              - {id: "rack1:gpu-0", url: "https://gpu0.example.org/openai", weight: 0.5, max_inflight: 4, state: drain, headers: {X-data-parallel-rank: 0}}
              - {id: b, url: "http://[fd00::1]:8000", max_inflight: auto, state: off}
            affinity: {headers: [x-a], body_keys: [metadata.user_id], no_session: prefix, home: prefix, scope: authorization, placement: rendezvous, slack_tokens: 0, relief: 4, idle_ttl: 7d, max_sessions: 5, on_unhealthy: placement, on_return: home, when_full: spill, seed: s, snapshot: var/table, share: "redis://cache/2"}
            queue: {limit: 0, timeout: 1m}
            health: {path: "/health?deep=1", interval: 250ms, timeout: 1s, fall: 4, rise: 5, passive: {failures: 6, window: 1m, eject_for: 1h}}
            timeouts: {connect: 1s, request_head: 5s, request_body: 6s, response_head: 7s, stream_idle: 8s, client_idle: 9s, upstream_idle: 4s}
            limits: {request_line: 1000B, header_bytes: 64KB, header_count: 5, body: 1GB, peek: 0, connections: 9}
            retry: {attempts: 0, unanswered: true}
            discovery: {dns: {refresh: 1s, drain: 0s, servers: ["10.96.0.10:53", "[fd00::10]:53"]}}
            trusted_proxies: [10.0.0.0/8, "fd00::/8", 192.168.1.1]
            keys: /etc/homing/keys
            deny_paths: []
            upstream_authorization: Bearer abc
            upstream_tls: {ca: ca.pem, certificate: c.pem, key: k.pem}
            strip_request_headers: [X-A]
            response_headers: true
            metering: false
            tracing: http://collector:4318/otlp
            sse_ping: 15s
            access_log: {path: /var/log/homing/access.log, format: logfmt}
            drain_timeout: 0s
            io: nio
            threads: 3
            """);

    @Test
    void noneHasItsDefaultAndAllAreWrittenAgain() {
        View here = View.top(CONFIG);
        View standard = View.top(Project.read("backends: [{id: a, url: 'http://10.0.0.1:1'}]"));
        List<String> same = Registry.TOP.keys().stream()
                .filter(key -> key.of().apply(here).equals(key.of().apply(standard)))
                .map(Key::path)
                .toList();

        assertThat(same).as("since there are backends").containsExactly("pools", "routes");
        assertThat(Project.read(EffectiveConfig.toYaml(CONFIG)).toString()).isEqualTo(CONFIG.toString());
    }

    @Test
    void valuesAreTakenAsTheyStand() {
        assertThat(CONFIG.server().listen()).extracting(Listener::proxyProtocol).containsExactly(false, false, true);
        assertThat(CONFIG.server().listen().get(2).tls())
                .isEqualTo(new Listener.Tls(
                        List.of(
                                new Listener.Certificate(Path.of("c.pem"), Path.of("k.pem")),
                                new Listener.Certificate(Path.of("c2.pem"), Path.of("k2.pem"))),
                        Path.of("ca.pem")));
        assertThat(CONFIG.defaults().limits()).isEqualTo(new Limits(1000, 64_000, 5, 1_000_000_000L, 0, 9));
        assertThat(CONFIG.defaults().affinity().table().snapshot()).isEqualTo(Path.of("var/table"));
        assertThat(CONFIG.server().drainTimeout()).isZero();
        assertThat(CONFIG.telemetry().accessLog())
                .isEqualTo(new Telemetry.AccessLog("/var/log/homing/access.log", Telemetry.Format.LOGFMT));
        assertThat(CONFIG.edge().ssePing()).isEqualTo(Duration.ofSeconds(15));
        assertThat(CONFIG.telemetry().tracing()).isEqualTo(URI.create("http://collector:4318/otlp"));
        assertThat(CONFIG.edge().trustedProxies())
                .extracting(Cidr::toString)
                .containsExactly("10.0.0.0/8", "fd00:0:0:0:0:0:0:0/8", "192.168.1.1/32");
        assertThat(CONFIG.pools().get(0).backends().get(0).headers())
                .containsEntry("X-data-parallel-rank", new Secret("0"));
        assertThat(CONFIG.pools().get(0).backends())
                .extracting(BackendConfig::state)
                .containsExactly(BackendConfig.State.DRAIN, BackendConfig.State.OFF);
        assertThat(CONFIG.pools().get(0).backends())
                .extracting(BackendConfig::maxInflight)
                .containsExactly(4, BackendConfig.AUTO);
        assertThat(CONFIG.defaults().upstream().dns())
                .isEqualTo(new Dns(
                        Duration.ofSeconds(1),
                        Duration.ZERO,
                        List.of(new Address("10.96.0.10", 53), new Address("fd00::10", 53))));
        assertThat(CONFIG.defaults().queue()).isEqualTo(new Queue(0, Duration.ofMinutes(1)));
    }
}
