// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the pool of a request: rules in order, the first match wins.
 *
 * @param rules in the order of the configuration
 */
public record RouteMatcher(List<Rule> rules) {

    public RouteMatcher {
        rules = List.copyOf(rules);
    }

    /**
     * One rule; all given parts must match.
     *
     * @param host lower case, without port; null = any
     * @param pathPrefix matched at segment borders; null = any
     * @param headers lower-case name to exact value, all must match
     * @param pool position of the pool in the table
     */
    public record Rule(@Nullable String host, @Nullable String pathPrefix, Map<String, String> headers, int pool) {

        public Rule {
            headers = Map.copyOf(headers);
        }

        boolean matches(String requestHost, String path, Function<String, @Nullable String> header) {
            return (host == null || host.equals(requestHost))
                    && (pathPrefix == null || underPrefix(path, pathPrefix))
                    && headers.entrySet().stream().allMatch(e -> e.getValue().equals(header.apply(e.getKey())));
        }
    }

    /**
     * The pool's position in the table, or -1 when no rule matches.
     *
     * @param authority the request's Host, with or without port
     * @param path without the query
     * @param header looks a value up by lower-case name
     */
    public int match(String authority, String path, Function<String, @Nullable String> header) {
        String host = null;
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.host() != null && host == null) {
                host = hostOf(authority);
            }
            if (rule.matches(host == null ? "" : host, path, header)) {
                return rule.pool();
            }
        }
        return -1;
    }

    /** Whether {@code path} is {@code prefix} or lies below it: {@code /v1} covers {@code /v1/x} but not {@code /v1x}. */
    public static boolean underPrefix(String path, String prefix) {
        return path.startsWith(prefix)
                && (path.length() == prefix.length() || prefix.endsWith("/") || path.charAt(prefix.length()) == '/');
    }

    private static String hostOf(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean port = colon > authority.lastIndexOf(']');
        return (port ? authority.substring(0, colon) : authority).toLowerCase(Locale.ROOT);
    }
}
