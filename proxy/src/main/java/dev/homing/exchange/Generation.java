// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.affinity.SessionKeyExtractor;
import dev.homing.config.Affinity;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolSettings;
import dev.homing.config.Secret;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import dev.homing.upstream.Endpoint;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything a request reads that a reload or a health check may change: the routing table and the settings that belong to it, read once a
 * request so that the two always fit.
 *
 * @param keys that clients have to show; null = none
 * @param pools in the order of the table's
 * @param endpoints by the backend's slot
 */
public record Generation(
        HomingConfig config,
        @Nullable ApiKeys keys,
        RoutingTable table,
        List<PoolSetup> pools,
        List<@Nullable Endpoint> endpoints) {

    /**
     * A pool's settings, with what is worked out of them once.
     *
     * @param stripped lower-case names of request headers that are not sent on
     * @param look what bodies are looked at for; null = never
     */
    public record PoolSetup(
            SessionKeyExtractor keys,
            PoolSettings settings,
            Set<String> stripped,
            @Nullable LookPlan look) {

        public PoolSetup {
            stripped = Set.copyOf(stripped);
        }

        /** Works out what follows from a pool's settings. */
        public static PoolSetup of(String pool, PoolSettings settings, SipHash hash) {
            Affinity.Identity identity = settings.affinity().identity();
            boolean byCredential = identity.scope() == Affinity.Scope.AUTHORIZATION;
            return new PoolSetup(
                    new SessionKeyExtractor(pool, identity.headers(), byCredential, hash),
                    settings,
                    settings.upstream().stripRequestHeaders().stream()
                            .map(name -> name.toLowerCase(Locale.ROOT))
                            .collect(Collectors.toSet()),
                    LookPlan.of(settings.affinity()));
        }
    }

    /** What is done to the heads of requests to that pool. */
    RequestHead.Rules rules(PoolSetup setup, String via) {
        Secret authorization = setup.settings().upstream().authorization();
        return new RequestHead.Rules(
                config.edge().trustedProxies(),
                setup.stripped(),
                keys != null,
                authorization == null ? null : authorization.value(),
                via);
    }

    /** The endpoint of a backend that the table of this generation holds. */
    Endpoint endpoint(int slot) {
        Endpoint endpoint = slot < endpoints.size() ? endpoints.get(slot) : null;
        if (endpoint == null) {
            throw new IllegalStateException("slot: " + slot + " (expected: one of this generation's backends)");
        }
        return endpoint;
    }
}
