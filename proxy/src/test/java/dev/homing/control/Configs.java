// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.Address;
import dev.homing.config.Affinity;
import dev.homing.config.BackendConfig;
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
import dev.homing.config.Telemetry;
import dev.homing.config.Timeouts;
import dev.homing.config.UpstreamRules;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Small configurations with the defaults of the reference: probes every 2 s, 5 s each, fall 3, rise 2; 3 faults in 10 s eject for 10 s. */
final class Configs {

    static final Health HEALTH = new Health(
            "/health",
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            3,
            2,
            new Health.Passive(3, Duration.ofSeconds(10), Duration.ofSeconds(10)));

    private Configs() {}

    static BackendConfig backend(String id) {
        return backend(id, "http://" + id + ":8000", BackendConfig.State.READY);
    }

    static BackendConfig backend(String id, String url, BackendConfig.State state) {
        return new BackendConfig(id, URI.create(url), 1.0, 0, state, Map.of());
    }

    /** One that takes as many requests at once as {@code maxInflight} says. */
    static BackendConfig limited(String id, int maxInflight) {
        return new BackendConfig(
                id, URI.create("http://" + id + ":8000"), 1.0, maxInflight, BackendConfig.State.READY, Map.of());
    }

    static PoolConfig pool(String name, BackendConfig... backends) {
        return pool(name, HEALTH, backends);
    }

    static PoolConfig pool(String name, Health health, BackendConfig... backends) {
        return new PoolConfig(name, List.of(backends), settings(health));
    }

    /** One pool named {@code default}. */
    static HomingConfig of(BackendConfig... backends) {
        return of(pool("default", backends));
    }

    /** The first pool takes everything. */
    static HomingConfig of(PoolConfig... pools) {
        return of(List.of(new RouteConfig(null, null, Map.of(), null, pools[0].name())), pools);
    }

    static HomingConfig of(List<RouteConfig> routes, PoolConfig... pools) {
        Server server = new Server(
                List.of(new Listener(new Address("127.0.0.1", 0), null, false)),
                null,
                null,
                Server.Io.NIO,
                1,
                Duration.ofSeconds(60));
        return new HomingConfig(
                server,
                List.of(pools),
                routes,
                settings(HEALTH),
                new Edge(List.of(), null, List.of(), false, null),
                new Telemetry(true, new Telemetry.AccessLog(null, Telemetry.Format.JSON), null));
    }

    static PoolSettings settings(Health health) {
        return new PoolSettings(
                affinity(Affinity.Policy.LOAD_AWARE, Affinity.OnUnhealthy.ROUND_ROBIN),
                new Queue(1024, Duration.ofMinutes(5)),
                health,
                timeouts(),
                new Limits(8192, 32768, 100, 1 << 28, 1 << 20, 0),
                new UpstreamRules(
                        new UpstreamRules.Retry(2, false),
                        new Dns(Duration.ofSeconds(5), Duration.ofMinutes(5), List.of()),
                        null,
                        new UpstreamRules.Tls(null, null, null),
                        List.of()));
    }

    static Affinity affinity(Affinity.Policy policy, Affinity.OnUnhealthy onUnhealthy) {
        return new Affinity(
                new Affinity.Identity(List.of("X-Session-Id"), List.of(), Affinity.Scope.NONE),
                new Affinity.Placement(Affinity.NoSession.ROUND_ROBIN, policy, 16384, Affinity.Home.SESSION, 0),
                new Affinity.Stickiness(
                        Duration.ofHours(1), onUnhealthy, Affinity.OnReturn.STAY, Affinity.WhenFull.WAIT),
                new Affinity.Table(1_000_000, new Secret("homing"), null, null));
    }

    private static Timeouts timeouts() {
        return new Timeouts(
                new Timeouts.Client(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(75)),
                new Timeouts.Upstream(
                        Duration.ofSeconds(2), Duration.ofMinutes(15), Duration.ofMinutes(5), Duration.ofSeconds(3)));
    }
}
