// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import dev.homing.config.Key.Reach;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Every key that a file may have, in the order in which people read about them. The reader, the effective configuration, the JSON
 * Schema and the documentation all come from here.
 */
final class Registry {

    static final Key<View, List<BackendConfig>> BACKENDS = Key.pool(
            "backends",
            new ListOf<>(BackendKeys.BACKEND, 1, BackendConfig::id, BackendKeys.ID.path()),
            List.of(),
            View::backends,
            "The replicas; at the top level short for one pool named `default`.",
            "Always: it is the one thing that has no default.");

    /** What a pool may hold: its backends, and what it overrides. */
    static final KeySet<View> POOL = new KeySet<>(poolKeys());

    static final Key<View, List<PoolDraft>> POOLS = Key.top(
            "pools",
            new PoolsType(POOL),
            List.of(),
            View::pools,
            "Named lists of backends in place of `backends`; each may override what is marked for it.",
            "For several models, or replicas that must not serve each other's sessions.");

    static final Key<View, List<RouteConfig>> ROUTES = Key.top(
            "routes",
            new ListOf<>(RouteKeys.ROUTE, 1, RouteKeys::conditions, "match"),
            List.of(),
            View::routes,
            "Which pool a request goes to: the first route whose match holds; without one it gets 404.",
            "As soon as there are several pools.");

    /** What the file itself may hold. */
    static final KeySet<View> TOP = new KeySet<>(topKeys());

    private static final Set<String> TOP_ONLY = topOnly();

    private Registry() {}

    /** Whether a key or a section may stand at the top level and nowhere else. */
    static boolean isTopLevelOnly(String path) {
        return TOP_ONLY.contains(path);
    }

    private static List<Key<View, ?>> poolKeys() {
        List<Key<View, ?>> keys = new ArrayList<>();
        keys.add(BACKENDS);
        for (Key<View, ?> key : shared()) {
            if (key.reach() == Reach.POOL) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static List<Key<View, ?>> topKeys() {
        List<Key<View, ?>> keys = new ArrayList<>();
        keys.addAll(List.of(ServerKeys.LISTEN, ServerKeys.ADMIN, BACKENDS, POOLS, ROUTES));
        keys.addAll(shared());
        keys.addAll(List.of(
                ServerKeys.TRUSTED_PROXIES,
                ServerKeys.KEYS,
                ServerKeys.DENY_PATHS,
                ServerKeys.ADMIN_TOKEN,
                ServerKeys.RESPONSE_HEADERS,
                ServerKeys.METERING,
                ServerKeys.ACCESS_LOG_PATH,
                ServerKeys.ACCESS_LOG_FORMAT,
                ServerKeys.TRACING,
                ServerKeys.SSE_PING,
                ServerKeys.DRAIN_TIMEOUT,
                ServerKeys.IO,
                ServerKeys.THREADS));
        return keys;
    }

    /** The sections that top level and pools have in common; single keys of them may still be the top level's alone. */
    private static List<Key<View, ?>> shared() {
        List<Key<View, ?>> keys = new ArrayList<>();
        keys.addAll(AffinityKeys.ALL);
        keys.addAll(HealthKeys.ALL);
        keys.addAll(LimitKeys.ALL);
        keys.addAll(UpstreamKeys.ALL);
        return keys;
    }

    private static Set<String> topOnly() {
        Set<String> paths = new HashSet<>();
        for (Key<View, ?> key : TOP.keys()) {
            if (key.reach() != Reach.POOL) {
                paths.add(key.path());
                paths.add(key.path().replaceAll("\\..*", ""));
            }
        }
        POOL.keys().forEach(key -> paths.remove(key.path().replaceAll("\\..*", "")));
        return Set.copyOf(paths);
    }
}
