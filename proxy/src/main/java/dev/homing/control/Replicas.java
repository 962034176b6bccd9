// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.BackendConfig;
import dev.homing.config.DnsName;
import dev.homing.control.Names.Replica;
import java.net.URI;
import java.util.Locale;

/** Makes backends of the replicas of a name. */
public final class Replicas {

    private Replicas() {}

    /** What a replica is known by in its pool. No id in a file has an {@code @}, so it can be nobody else's. */
    static String id(BackendConfig name, Replica replica) {
        return name.id() + "@" + replica.label();
    }

    static Seat seat(BackendConfig backend, DnsName name, Membership.Member member) {
        Replica replica = member.replica();
        return new Seat(
                of(backend, name, replica),
                replica.address(),
                member.leaving() ? Seat.Presence.LEAVING : Seat.Presence.FOUND);
    }

    /** The backend that a replica of a name is. */
    public static BackendConfig of(BackendConfig backend, DnsName name, Replica replica) {
        return new BackendConfig(
                id(backend, replica),
                url(backend.url(), name.domain(), replica.port()),
                backend.weight() * replica.share(),
                backend.maxInflight(),
                backend.state(),
                backend.headers());
    }

    /** The name's, with the host and the port of one replica; the path prefix stays. */
    static URI url(URI name, String host, int port) {
        String scheme = name.getScheme().toLowerCase(Locale.ROOT).replace("dns+", "");
        String path = name.getRawPath() == null ? "" : name.getRawPath();
        return URI.create(scheme + "://" + host + ":" + port + path);
    }
}
