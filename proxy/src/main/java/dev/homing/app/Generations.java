// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.config.PoolSettings;
import dev.homing.config.Secret;
import dev.homing.control.Placed;
import dev.homing.exchange.Generation;
import dev.homing.exchange.Generation.PoolSetup;
import dev.homing.health.BackendTarget;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import dev.homing.upstream.Endpoint;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Joins each new routing table with what the configuration says of its pools and backends. What follows from the configuration alone is worked
 * out once for each that was read, and what follows from the backends once for each list of them. Used by the control thread only.
 */
final class Generations {

    private final Credentials credentials;
    private @Nullable Generation last;

    /** The backends whose endpoints {@link #last} has. */
    private List<Placed> known = List.of();

    Generations(Credentials credentials) {
        this.credentials = credentials;
    }

    /** What follows from the configuration is to be worked out anew: the files that it names say something else. */
    void forget() {
        last = null;
    }

    @SuppressWarnings("ReferenceEquality") // with an equal configuration that was read anew, certificates may be others
    Generation next(HomingConfig config, RoutingTable table, List<Placed> backends) {
        Generation before = last;
        Generation next;
        if (before == null || before.config() != config) {
            next = new Generation(config, credentials.keys(config), table, setups(config), endpoints(config, backends));
        } else {
            var endpoints = backends == known ? before.endpoints() : endpoints(config, backends);
            next = new Generation(config, before.keys(), table, before.pools(), endpoints);
        }
        last = next;
        known = backends;
        return next;
    }

    private static List<PoolSetup> setups(HomingConfig config) {
        SipHash hash =
                SipHash.ofSeed(config.defaults().affinity().table().seed().value());
        return config.pools().stream()
                .map(pool -> PoolSetup.of(pool.name(), pool.settings(), hash))
                .toList();
    }

    private List<@Nullable Endpoint> endpoints(HomingConfig config, List<Placed> backends) {
        Map<String, PoolSettings> settings =
                config.pools().stream().collect(Collectors.toMap(PoolConfig::name, PoolConfig::settings));
        List<@Nullable Endpoint> bySlot = new ArrayList<>();
        for (Placed placed : backends) {
            while (bySlot.size() <= placed.slot()) {
                bySlot.add(null);
            }
            PoolSettings rules = settings.get(placed.pool());
            if (rules != null) {
                bySlot.set(placed.slot(), endpoint(BackendTarget.of(placed.backend(), placed.address(), rules)));
            }
        }
        return bySlot;
    }

    private Endpoint endpoint(BackendTarget target) {
        return new Endpoint(
                address(target),
                target.authority(),
                target.pathPrefix(),
                plain(target.headers()),
                target.https() ? credentials.towards(target.tls()) : null);
    }

    private static Map<String, String> plain(Map<String, Secret> headers) {
        return headers.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, header -> header.getValue().value()));
    }

    /** A literal address as it is, a name unresolved: the event loops look it up when they connect. */
    private static InetSocketAddress address(BackendTarget target) {
        return NetUtil.isValidIpV4Address(target.host()) || NetUtil.isValidIpV6Address(target.host())
                ? new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(target.host()), target.port())
                : target.address();
    }
}
