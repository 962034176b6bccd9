// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.channel.Channel;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the connections of one replica share. Confined to its event loop. */
final class Replica {

    final EngineSettings settings;
    final Dialect dialect;
    final EngineClock clock;
    final Counters counters = new Counters();
    final Engine engine;
    final Set<Channel> connections = new LinkedHashSet<>();
    final long startedSeconds;
    boolean loaded;

    Replica(EngineSettings settings, EngineClock clock) {
        this.settings = settings;
        this.dialect = Dialect.of(settings);
        this.clock = clock;
        this.engine = new Engine(settings, clock, counters);
        this.startedSeconds = System.currentTimeMillis() / 1000;
    }

    Dialect.View view() {
        return new Dialect.View(settings, engine, counters, startedSeconds);
    }
}
