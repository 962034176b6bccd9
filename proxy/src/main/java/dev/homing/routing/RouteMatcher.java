// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.ArrayList;
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

    /** In place of a pool: no rule matches. */
    public static final int NONE = -1;

    /** In place of a pool: that depends on the model, which the head does not tell. */
    public static final int BY_MODEL = -2;

    public RouteMatcher {
        rules = List.copyOf(rules);
    }

    /**
     * One rule; all given parts must match.
     *
     * @param host lower case, without port; null = any
     * @param pathPrefix matched at segment borders; null = any
     * @param headers lower-case name to exact value, all must match
     * @param model what the body's {@code model} must look like; null = any, and none
     * @param pool position of the pool in the table
     */
    public record Rule(
            @Nullable String host,
            @Nullable String pathPrefix,
            Map<String, String> headers,
            @Nullable Glob model,
            int pool) {

        public Rule {
            headers = Map.copyOf(headers);
        }

        private boolean allows(String requestHost, Function<String, @Nullable String> header) {
            return (host == null || host.equals(requestHost))
                    && headers.entrySet().stream().allMatch(e -> e.getValue().equals(header.apply(e.getKey())));
        }

        private boolean matches(String requestHost, String path, Function<String, @Nullable String> header) {
            return (pathPrefix == null || underPrefix(path, pathPrefix)) && allows(requestHost, header);
        }
    }

    /**
     * The pool's position in the table, {@link #NONE}, or {@link #BY_MODEL} when a rule matches but for the model that it asks for.
     *
     * @param authority the request's Host, with or without port
     * @param path without the query
     * @param header looks a value up by lower-case name
     */
    public int match(String authority, String path, Function<String, @Nullable String> header) {
        String host = hostOf(authority);
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.matches(host, path, header)) {
                return rule.model() == null ? rule.pool() : BY_MODEL;
            }
        }
        return NONE;
    }

    /**
     * The pool's position in the table, or {@link #NONE}.
     *
     * @param model that the body asks for; null = none, which no pattern matches
     */
    public int match(String authority, String path, Function<String, @Nullable String> header, @Nullable String model) {
        String host = hostOf(authority);
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            boolean wanted =
                    rule.model() == null || (model != null && rule.model().matches(model));
            if (wanted && rule.matches(host, path, header)) {
                return rule.pool();
            }
        }
        return NONE;
    }

    /**
     * The pools that a client can reach by some path and model, in the order of the rules: those of the rules that its Host and headers match, up to
     * one that everything matches. A rule for exactly {@code path} was meant for the question itself, and its pool is the only one.
     *
     * @param path of the request that asks for what they have
     */
    public List<Integer> reachable(String authority, String path, Function<String, @Nullable String> header) {
        String host = hostOf(authority);
        List<Integer> pools = new ArrayList<>();
        for (Rule rule : rules) {
            if (!rule.allows(host, header)) {
                continue;
            }
            if (rule.model() == null && path.equals(rule.pathPrefix())) {
                return List.of(rule.pool());
            }
            if (!pools.contains(rule.pool())) {
                pools.add(rule.pool());
            }
            if (rule.model() == null
                    && (rule.pathPrefix() == null || rule.pathPrefix().equals("/"))) {
                break;
            }
        }
        return pools;
    }

    /** Whether {@code path} is {@code prefix} or lies below it: {@code /v1} covers {@code /v1/x} but not {@code /v1x}. */
    public static boolean underPrefix(String path, String prefix) {
        return path.startsWith(prefix)
                && (path.length() == prefix.length() || prefix.endsWith("/") || path.charAt(prefix.length()) == '/');
    }

    /** Worked out only when a rule asks for it. */
    private String hostOf(String authority) {
        if (!asksForHost()) {
            return "";
        }
        int colon = authority.lastIndexOf(':');
        boolean port = colon > authority.lastIndexOf(']');
        return (port ? authority.substring(0, colon) : authority).toLowerCase(Locale.ROOT);
    }

    private boolean asksForHost() {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).host() != null) {
                return true;
            }
        }
        return false;
    }
}
