// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of network addresses. Nothing here asks a name server. */
final class Addresses {

    private static final Pattern HOST_PORT =
            Pattern.compile("(?:\\[(?<six>[^\\]]+)\\]|(?<host>[^:\\[\\]]+)):(?<port>[0-9]{1,5})");
    private static final Pattern SIX = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern FOUR = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}(\\.[A-Za-z0-9_-]{1,63})*)\\.?");
    private static final Pattern BLOCK = Pattern.compile("(?<address>[^/]+)(?:/(?<prefix>[0-9]{1,3}))?");

    /** Where a listener binds: a host and a port, 0 for one that is free. */
    static final ScalarType<Address> ADDRESS = new ScalarType<>(
            "host:port, such as 127.0.0.1:8080 or [::1]:8080",
            Addresses::address,
            Address::toString,
            Json.object("type", "string", "pattern", "^(\\[.+\\]|[^:]+):[0-9]{1,5}$"),
            false);

    /** A name server: an address that needs no name server to be found. */
    static final ScalarType<Address> NAME_SERVER = new ScalarType<>(
            "an IP address and a port, such as 10.96.0.10:53 or [fd00::10]:53",
            text -> {
                Address address = address(text);
                return address == null || address.port() == 0 || literal(address.host()) == null ? null : address;
            },
            Address::toString,
            Json.object("type", "string", "pattern", "^(\\[[0-9a-fA-F:.]+\\]|[0-9.]+):[0-9]{1,5}$"),
            false);

    /** A block of addresses; an address alone is a block of one. */
    static final ScalarType<Cidr> CIDR = new ScalarType<>(
            "a block such as 10.0.0.0/8 or fd00::/8, written with its first address",
            Addresses::cidr,
            Cidr::toString,
            Json.object("type", "string", "pattern", "^[0-9a-fA-F:.]+(/[0-9]{1,3})?$"),
            false);

    private Addresses() {}

    /** Whether only this machine can reach {@code host}. */
    static boolean isLoopback(String host) {
        InetAddress literal = literal(host);
        return literal == null ? host.equalsIgnoreCase("localhost") : literal.isLoopbackAddress();
    }

    /** Whether {@code host} stands for every address of the machine. */
    static boolean isWildcard(String host) {
        InetAddress literal = literal(host);
        return literal != null && literal.isAnyLocalAddress();
    }

    /** The address that {@code host} writes out, or null for a name or nonsense. */
    static @Nullable InetAddress literal(String host) {
        boolean six = SIX.matcher(host).matches();
        if (!six && !isFour(host)) {
            return null;
        }
        try {
            return InetAddress.getByName(six ? "[" + host + "]" : host);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** A host and a port as written; null for anything else. */
    static @Nullable Address address(String text) {
        Matcher matcher = HOST_PORT.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        int port = Integer.parseInt(matcher.group("port"));
        String six = matcher.group("six");
        String host = six == null ? matcher.group("host") : six;
        boolean good = six == null ? isName(host) : SIX.matcher(six).matches() && literal(six) != null;
        return good && port <= 65535 ? new Address(host, port) : null;
    }

    /** Whether it is a name or an IPv4 address. */
    static boolean isName(String host) {
        return FOUR.matcher(host).matches() ? isFour(host) : NAME.matcher(host).matches();
    }

    private static boolean isFour(String host) {
        if (!FOUR.matcher(host).matches()) {
            return false;
        }
        for (String part : host.split("\\.", -1)) {
            if (Integer.parseInt(part) > 255 || (part.length() > 1 && part.startsWith("0"))) {
                return false; // a leading zero is octal to some and decimal to others
            }
        }
        return true;
    }

    private static @Nullable Cidr cidr(String text) {
        Matcher matcher = BLOCK.matcher(text);
        InetAddress address = matcher.matches() ? literal(matcher.group("address")) : null;
        if (address == null) {
            return null;
        }
        byte[] bytes = address.getAddress();
        int bits = bytes.length * 8;
        boolean mapped = bits == 32 && matcher.group("address").contains(":");
        String prefix = matcher.group("prefix");
        int fixed = prefix == null ? bits : Integer.parseInt(prefix);
        return mapped || fixed > bits || !isFirst(bytes, fixed) ? null : new Cidr(address, fixed);
    }

    private static boolean isFirst(byte[] address, int prefix) {
        for (int bit = prefix; bit < address.length * 8; bit++) {
            if ((address[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                return false;
            }
        }
        return true;
    }
}
