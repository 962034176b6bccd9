// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.config.Address;
import dev.homing.config.Affinity;
import dev.homing.config.BackendConfig;
import dev.homing.config.Cidr;
import dev.homing.config.Dns;
import dev.homing.config.Edge;
import dev.homing.config.Health;
import dev.homing.config.HomingConfig;
import dev.homing.config.Limits;
import dev.homing.config.Listener;
import dev.homing.config.PoolConfig;
import dev.homing.config.PoolSettings;
import dev.homing.config.Queue;
import dev.homing.config.RouteConfig;
import dev.homing.config.Secret;
import dev.homing.config.Server;
import dev.homing.config.ShareAddress;
import dev.homing.config.Telemetry;
import dev.homing.config.Timeouts;
import dev.homing.config.UpstreamRules;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A configuration with a value in every place, and {@code hunter2} wherever a secret may stand. */
final class SampleConfig {

    private static final Secret SECRET = new Secret("hunter2");

    private SampleConfig() {}

    static HomingConfig config() {
        Listener.Tls tls = new Listener.Tls(
                List.of(new Listener.Certificate(Path.of("cert.pem"), Path.of("key.pem"))), Path.of("ca.pem"));
        Server server = new Server(
                List.of(new Listener(new Address("::1", 8443), tls, true)),
                new Address("127.0.0.1", 9090),
                SECRET,
                Server.Io.IO_URING,
                2,
                Duration.ofSeconds(60));
        BackendConfig backend = new BackendConfig(
                "gpu-0",
                URI.create("http://me:hunter2@127.0.0.1:9101/prefix"),
                1.5,
                BackendConfig.AUTO,
                BackendConfig.State.DRAIN,
                Map.of("Authorization", new Secret("Bearer hunter2")));
        Edge edge = new Edge(
                List.of(new Cidr(InetAddress.getLoopbackAddress(), 8)),
                Path.of("keys.txt"),
                List.of("/sleep"),
                true,
                Duration.ofSeconds(15));
        Telemetry telemetry = new Telemetry(
                true,
                new Telemetry.AccessLog("access.log", Telemetry.Format.LOGFMT),
                URI.create("http://collector:4318"));
        return new HomingConfig(
                server,
                List.of(new PoolConfig("chat", List.of(backend), settings())),
                List.of(
                        new RouteConfig("api.example.org", "/v1", Map.of("X-Tier", "gold"), "qwen*", "chat"),
                        new RouteConfig(null, null, Map.of(), null, "chat")),
                settings(),
                edge,
                telemetry);
    }

    private static PoolSettings settings() {
        Affinity affinity = new Affinity(
                new Affinity.Identity(List.of("X-Session-Id"), List.of("session_id"), Affinity.Scope.AUTHORIZATION),
                new Affinity.Placement(
                        Affinity.NoSession.ROUND_ROBIN, Affinity.Policy.LOAD_AWARE, 16384, Affinity.Home.SESSION, 0),
                new Affinity.Stickiness(
                        Duration.ofHours(1),
                        Affinity.OnUnhealthy.ROUND_ROBIN,
                        Affinity.OnReturn.STAY,
                        Affinity.WhenFull.WAIT),
                new Affinity.Table(1_000_000, SECRET, Path.of("table.bin"), share()));
        return new PoolSettings(
                affinity,
                new Queue(1024, Duration.ofMinutes(5)),
                new Health(
                        "/health",
                        Duration.ofSeconds(2),
                        Duration.ofMillis(2500),
                        3,
                        2,
                        new Health.Passive(3, Duration.ofSeconds(10), Duration.ofSeconds(90))),
                new Timeouts(
                        new Timeouts.Client(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(75)),
                        new Timeouts.Upstream(
                                Duration.ofSeconds(2),
                                Duration.ofMinutes(15),
                                Duration.ofMinutes(5),
                                Duration.ofSeconds(3))),
                new Limits(8 * 1024, 32 * 1024, 100, 256L << 20, 1000, 0),
                new UpstreamRules(
                        new UpstreamRules.Retry(2, false),
                        new Dns(Duration.ofSeconds(5), Duration.ofMinutes(5), List.of()),
                        SECRET,
                        new UpstreamRules.Tls(Path.of("ca.pem"), null, null),
                        List.of("X-Conversation-Id")));
    }

    private static ShareAddress share() {
        return new ShareAddress(
                ShareAddress.Kind.SINGLE,
                List.of(new Address("redis", 6379)),
                null,
                0,
                new ShareAddress.Access(false, null, null, new Secret("hunter2")));
    }
}
