// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The keys of one item of {@code routes}. */
final class RouteKeys {

    static final Key<RouteConfig, Optional<String>> HOST = Key.pool(
            "match.host",
            new Maybe<>(Texts.HOST),
            Optional.empty(),
            route -> View.maybe(route.host()),
            "The Host that the request is for, without its port; compared without case.",
            "One name for each pool.");

    static final Key<RouteConfig, Optional<String>> PATH_PREFIX = Key.pool(
            "match.path_prefix",
            new Maybe<>(Texts.PATH),
            Optional.empty(),
            route -> View.maybe(route.pathPrefix()),
            "The beginning of its path, up to the end of a segment.",
            "One path for each pool, or embeddings apart from chat.");

    static final Key<RouteConfig, Optional<Map<String, String>>> HEADER = Key.pool(
            "match.header",
            new Maybe<>(new HeaderMap<>(Texts.HEADER_NAME, Texts.HEADER_VALUE)),
            Optional.empty(),
            route -> Optional.of(route.headers()).filter(headers -> !headers.isEmpty()),
            "Headers with exactly these values.",
            "Clients say in a header where they belong.");

    static final Key<RouteConfig, Optional<String>> MODEL = Key.pool(
            "match.model",
            new Maybe<>(Texts.GLOB),
            Optional.empty(),
            route -> View.maybe(route.model()),
            "A pattern for the model that the body asks for; `*` stands for any text.",
            "One address for several models; bodies are looked at for it.");

    static final Key<RouteConfig, String> POOL =
            Key.required("pool", Texts.NAME, RouteConfig::pool, "Where such requests go.", "Always.");

    static final ObjectOf<RouteConfig> ROUTE =
            new ObjectOf<>(new KeySet<>(List.of(POOL, HOST, PATH_PREFIX, HEADER, MODEL)), RouteKeys::build);

    private RouteKeys() {}

    /** A route that every request takes. */
    static RouteConfig everythingTo(String pool) {
        return new RouteConfig(null, null, Map.of(), null, pool);
    }

    /** What a route asks of a request, such that equal ones catch the same requests; empty for all requests. */
    static Map<String, String> conditions(RouteConfig route) {
        Map<String, String> conditions = new TreeMap<>();
        View.maybe(route.host()).ifPresent(host -> conditions.put("host", host.toLowerCase(Locale.ROOT)));
        View.maybe(route.pathPrefix())
                .filter(path -> !path.equals("/"))
                .ifPresent(path -> conditions.put("path", path));
        View.maybe(route.model())
                .filter(model -> !model.equals("*"))
                .ifPresent(model -> conditions.put("model", model));
        route.headers().forEach((name, value) -> conditions.put("header " + name.toLowerCase(Locale.ROOT), value));
        return conditions;
    }

    private static RouteConfig build(Values values) {
        return new RouteConfig(
                values.of(HOST).orElse(null),
                values.of(PATH_PREFIX).orElse(null),
                values.of(HEADER).orElse(Map.of()),
                values.of(MODEL).orElse(null),
                values.of(POOL));
    }
}
