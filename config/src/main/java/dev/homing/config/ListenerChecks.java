// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rules between what this process binds and whom it may be reached by. */
final class ListenerChecks {

    private ListenerChecks() {}

    static void check(Values top, List<PoolConfig> pools, Cursor root) {
        List<Bound> bound = bound(top, root);
        for (int i = 0; i < bound.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (overlap(bound.get(i).address, bound.get(j).address)) {
                    bound.get(i)
                            .at
                            .refuse(
                                    Words.quote(bound.get(i).address.toString()),
                                    "another address than that of "
                                            + bound.get(j).at.path());
                }
            }
        }
        top.of(ServerKeys.ADMIN).ifPresent(admin -> {
            if (!Addresses.isLoopback(admin.host())
                    && top.of(ServerKeys.ADMIN_TOKEN).isEmpty()) {
                root.child("admin")
                        .refuse(
                                Words.quote(admin.toString()),
                                "an address on loopback, or an admin_token that protects it");
            }
        });
        for (PoolConfig pool : pools) {
            checkLoop(pool, bound, Assembly.backendsOf(pool.name(), root));
        }
    }

    /** llama-server's own default port is that of homing: a backend that is homing itself is an easy mistake. */
    private static void checkLoop(PoolConfig pool, List<Bound> bound, Cursor list) {
        for (int i = 0; i < pool.backends().size(); i++) {
            URI url = pool.backends().get(i).url();
            DnsName name = pool.backends().get(i).name();
            Address target = name == null
                    ? new Address(bare(url.getHost()), Urls.port(url))
                    : new Address(name.domain(), name.port());
            for (Bound listener : bound) {
                boolean local = Addresses.isWildcard(listener.address.host()) && Addresses.isLoopback(target.host());
                boolean same = host(listener.address).equals(host(target));
                if (listener.address.port() == target.port() && (same || local)) {
                    list.item(i)
                            .child("url")
                            .refuse(
                                    Words.quote(url.toString()),
                                    "a backend: that is homing's own " + listener.at.path());
                }
            }
        }
    }

    private static List<Bound> bound(Values top, Cursor root) {
        List<Bound> bound = new ArrayList<>();
        List<Listener> listeners = top.of(ServerKeys.LISTEN);
        Cursor listen = root.child("listen");
        boolean listed = listen.tree() instanceof Tree.Items;
        for (int i = 0; i < listeners.size(); i++) {
            bound.add(new Bound(listeners.get(i).address(), listed ? listen.item(i) : listen));
        }
        top.of(ServerKeys.ADMIN).ifPresent(admin -> bound.add(new Bound(admin, root.child("admin"))));
        return bound;
    }

    /** Whether one of two listeners would find its port taken. */
    private static boolean overlap(Address a, Address b) {
        return a.port() == b.port() && a.port() != 0 && (host(a).equals(host(b)) || covers(a, b) || covers(b, a));
    }

    /** The IPv6 wildcard is bound for IPv4 too. */
    private static boolean covers(Address wildcard, Address other) {
        boolean six = wildcard.host().contains(":");
        return Addresses.isWildcard(wildcard.host()) && (six || !other.host().contains(":"));
    }

    /** A host in one of its spellings, the same for all of them. */
    private static String host(Address address) {
        String host = address.host().toLowerCase(Locale.ROOT);
        InetAddress literal = Addresses.literal(host.equals("localhost") ? "127.0.0.1" : host);
        return literal == null ? host : literal.getHostAddress();
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** A listener's address, and where the file gives it. */
    private record Bound(Address address, Cursor at) {}
}
