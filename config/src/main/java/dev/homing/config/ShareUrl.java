// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import dev.homing.config.ShareAddress.Access;
import dev.homing.config.ShareAddress.Kind;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How the address of a fleet's shared table is written. Neither user nor password is ever shown by an error. */
final class ShareUrl {

    private static final Pattern URL = Pattern.compile("(?<tls>rediss?)(?<kind>-sentinel|-cluster)?://"
            + "(?:(?<user>[^:@/?#]*):(?<password>[^:@/?#]+)@)?"
            + "(?<nodes>[^@/?#]+)(?:/(?<database>[0-9]{0,5}))?"
            + "(?:\\?ca=(?<ca>[^?#]+))?(?:#(?<master>[A-Za-z0-9._-]{1,64}))?");

    private static final Pattern PORT = Pattern.compile(":[0-9]+$");
    private static final int PORT_OF_REDIS = 6379;
    private static final int PORT_OF_SENTINEL = 26379;

    static final ScalarType<ShareAddress> TYPE = new ScalarType<>(
            "redis://[user:password@]host[:port][/database], redis-sentinel://host,host#master or redis-cluster://host,host (rediss for TLS)",
            ShareUrl::parse,
            ShareAddress::shown,
            Json.object("type", "string", "pattern", "^rediss?(-sentinel|-cluster)?://[^\\s]+$"),
            true);

    private ShareUrl() {}

    private static @Nullable ShareAddress parse(String text) {
        Matcher url = URL.matcher(text);
        if (!url.matches()) {
            return null;
        }
        Kind kind = kind(url.group("kind"));
        List<Address> nodes = nodes(url.group("nodes"), kind);
        Access access = access(url);
        String master = url.group("master");
        String database = url.group("database");
        boolean noDatabase = database == null || database.isEmpty();
        if (nodes == null || access == null) {
            return null;
        }
        boolean good = (nodes.size() == 1 || kind != Kind.SINGLE)
                && (master != null) == (kind == Kind.SENTINEL)
                && (kind != Kind.CLUSTER || noDatabase);
        return good ? new ShareAddress(kind, nodes, master, noDatabase ? 0 : Integer.parseInt(database), access) : null;
    }

    private static Kind kind(@Nullable String suffix) {
        for (Kind kind : Kind.values()) {
            if (kind.suffix.equals(Objects.requireNonNullElse(suffix, ""))) {
                return kind;
            }
        }
        throw new IllegalArgumentException("suffix: " + suffix + " (expected: one that the pattern allows)");
    }

    private static @Nullable List<Address> nodes(String text, Kind kind) {
        int usual = kind == Kind.SENTINEL ? PORT_OF_SENTINEL : PORT_OF_REDIS;
        List<Address> nodes = new ArrayList<>();
        for (String node : text.split(",", -1)) {
            Address address = Addresses.address(PORT.matcher(node).find() ? node : node + ":" + usual);
            if (address == null || address.port() == 0) {
                return null;
            }
            nodes.add(address);
        }
        return nodes;
    }

    private static @Nullable Access access(Matcher url) {
        boolean tls = url.group("tls").equals("rediss");
        String ca = url.group("ca");
        String user = url.group("user");
        String password = url.group("password");
        try {
            return ca != null && !tls
                    ? null
                    : new Access(
                            tls,
                            ca == null ? null : Path.of(decoded(ca)),
                            user == null || user.isEmpty() ? null : decoded(user),
                            password == null ? null : new Secret(decoded(password)));
        } catch (InvalidPathException e) {
            return null;
        } catch (IllegalArgumentException e) { // half an escape
            return null;
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
