// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a fleet's shared table is.
 *
 * @param nodes of a Redis the one, of a cluster some, else the Sentinels that know who is the master
 * @param master what the Sentinels call it; null unless there are Sentinels
 * @param database 0 in a cluster, which has no other
 */
public record ShareAddress(
        Kind kind, List<Address> nodes, @Nullable String master, int database, Access access) {

    public ShareAddress {
        nodes = List.copyOf(nodes);
    }

    /** What stands there. */
    public enum Kind {
        SINGLE(""),
        SENTINEL("-sentinel"),
        CLUSTER("-cluster");

        /** What the URL's scheme says of it. */
        final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    /**
     * How it lets a proxy in.
     *
     * @param tls whether it is spoken to over TLS
     * @param ca what its certificate has to lead to, null = the JVM's certificates; of a place without TLS always null
     * @param user null = the default one
     * @param password null = none is asked for
     */
    public record Access(
            boolean tls,
            @Nullable Path ca,
            @Nullable String user,
            @Nullable Secret password) {}

    /** As it stands in the file, but for the password. */
    public String shown() {
        String url = (access.tls() ? "rediss" : "redis") + kind.suffix + "://" + credentials()
                + nodes.stream().map(Address::toString).collect(Collectors.joining(","));
        url += kind == Kind.CLUSTER ? "" : "/" + database;
        url += access.ca() == null
                ? ""
                : "?ca=" + encoded(access.ca().toString()).replace("%2F", "/");
        return url + (master == null ? "" : "#" + master);
    }

    private String credentials() {
        return access.password() == null
                ? ""
                : (access.user() == null ? "" : encoded(access.user())) + ":" + access.password() + "@";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
