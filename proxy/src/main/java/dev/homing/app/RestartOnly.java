// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Affinity;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.config.PoolSettings;
import dev.homing.config.Server;
import java.util.List;

/** The keys that a running proxy cannot change: after a reload they are as before. */
final class RestartOnly {

    private RestartOnly() {}

    /** What was read, with those keys as they run. */
    static HomingConfig keep(HomingConfig running, HomingConfig read) {
        Server was = running.server();
        Server server = new Server(
                was.listen(),
                was.admin(),
                was.adminToken(),
                was.io(),
                was.threads(),
                read.server().drainTimeout());
        Affinity.Table table = running.defaults().affinity().table();
        List<PoolConfig> pools = read.pools().stream()
                .map(pool -> new PoolConfig(pool.name(), pool.backends(), with(pool.settings(), table)))
                .toList();
        return new HomingConfig(
                server, pools, read.routes(), with(read.defaults(), table), read.edge(), read.telemetry());
    }

    private static PoolSettings with(PoolSettings settings, Affinity.Table table) {
        Affinity affinity = settings.affinity();
        return new PoolSettings(
                new Affinity(affinity.identity(), affinity.placement(), affinity.stickiness(), table),
                settings.queue(),
                settings.health(),
                settings.timeouts(),
                settings.limits(),
                settings.upstream());
    }
}
