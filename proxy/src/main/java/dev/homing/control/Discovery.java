// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.BackendConfig;
import dev.homing.config.Dns;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The names of the configuration that stand for several replicas, and who is in each pool because of them. Confined to the control thread. */
final class Discovery {

    private final ControlThread thread;
    private final Names names;
    private final NameWatch.Listener listener;
    private Map<BackendKey, NameWatch> watches = new HashMap<>();

    Discovery(ControlThread thread, Names names, NameWatch.Listener listener) {
        this.thread = thread;
        this.names = names;
        this.listener = listener;
    }

    /**
     * Takes the names of a configuration on; those that stay keep their replicas. Returns those that are to be started once the control loop has the
     * configuration too.
     */
    List<NameWatch> configure(HomingConfig config) {
        assert thread.inside();
        Map<BackendKey, NameWatch> gone = watches;
        List<NameWatch> fresh = new ArrayList<>();
        watches = new HashMap<>();
        for (PoolConfig pool : config.pools()) {
            Dns rules = pool.settings().upstream().dns();
            for (BackendConfig backend : pool.backends()) {
                if (backend.name() == null) {
                    continue;
                }
                BackendKey key = new BackendKey(pool.name(), backend.id());
                NameWatch watch = gone.remove(key);
                if (watch == null) {
                    watch = new NameWatch(thread, names, key, listener, backend, rules);
                    fresh.add(watch);
                } else {
                    watch.configure(backend, rules);
                }
                watches.put(key, watch);
            }
        }
        gone.values().forEach(NameWatch::stop);
        return fresh;
    }

    /** Who is in a pool now, in the order of its configuration. */
    List<Seat> seats(PoolConfig pool) {
        return pool.backends().stream()
                .flatMap(backend -> backend.name() == null
                        ? Stream.of(Seat.given(backend))
                        : Objects.requireNonNull(watches.get(new BackendKey(pool.name(), backend.id())))
                                .seats()
                                .stream())
                .toList();
    }

    /** Whether each name was answered in some way. */
    boolean answered() {
        return watches.values().stream().allMatch(NameWatch::answered);
    }

    void stop() {
        watches.values().forEach(NameWatch::stop);
        watches = new HashMap<>();
    }
}
