// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The step from single values to one configuration, with the rules that span several keys. Every broken rule is told. */
final class Assembly {

    private final Values top;
    private final Cursor root;

    Assembly(Values top, Cursor root) {
        this.top = top;
        this.root = root;
    }

    /** The configuration; of use only if no problem was told. */
    HomingConfig build() {
        List<PoolDraft> drafts = drafts();
        List<PoolConfig> pools = new ArrayList<>();
        checkTls(top, root);
        for (PoolDraft draft : drafts) {
            Values values = draft.values().over(top);
            if (draft.values().has(UpstreamKeys.CERTIFICATE) || draft.values().has(UpstreamKeys.KEY)) {
                checkTls(values, root.child("pools").child(draft.name()));
            }
            checkAuthorization(draft, values);
            pools.add(new PoolConfig(draft.name(), draft.values().of(Registry.BACKENDS), settings(values)));
        }
        ListenerChecks.check(top, pools, root);
        return new HomingConfig(
                ServerKeys.server(top),
                pools,
                routes(drafts),
                settings(top),
                ServerKeys.edge(top),
                ServerKeys.telemetry(top));
    }

    private static PoolSettings settings(Values values) {
        return new PoolSettings(
                AffinityKeys.build(values),
                HealthKeys.queue(values),
                HealthKeys.health(values),
                LimitKeys.timeouts(values),
                LimitKeys.limits(values),
                UpstreamKeys.build(values));
    }

    private List<PoolDraft> drafts() {
        boolean pools = root.gives("pools");
        if (root.gives("backends")) {
            if (pools) {
                root.child("pools").refuse("pools beside backends", "one of the two");
            }
            Values values = new Values();
            values.put(Registry.BACKENDS, top.of(Registry.BACKENDS));
            return pools ? top.of(Registry.POOLS) : List.of(new PoolDraft(PoolDraft.DEFAULT, values));
        }
        if (!pools) {
            root.refuse(
                    "neither backends nor pools",
                    "backends: " + Registry.BACKENDS.type().expected());
        }
        return top.of(Registry.POOLS);
    }

    private List<RouteConfig> routes(List<PoolDraft> pools) {
        List<String> names = pools.stream().map(PoolDraft::name).toList();
        Cursor at = root.child("routes");
        if (!root.gives("routes")) {
            if (names.size() > 1) {
                root.child("pools")
                        .refuse(names.size() + " pools and no routes", "routes that say which request goes where");
            }
            return names.stream().limit(1).map(RouteKeys::everythingTo).toList();
        }
        List<RouteConfig> routes = top.of(Registry.ROUTES);
        for (int i = 0; i < routes.size(); i++) {
            String pool = routes.get(i).pool();
            if (!names.contains(pool)) {
                String near = Words.nearest(pool, names);
                String guess = near.isEmpty() ? "" : " (did you mean " + near + "?)";
                at.item(i)
                        .child("pool")
                        .refuse(Words.quote(pool), "the name of a pool: " + String.join(", ", names) + guess);
            }
            checkReach(routes, i, at.item(i));
        }
        return routes;
    }

    /** A route is dead when an earlier one asks for less of the same. */
    private static void checkReach(List<RouteConfig> routes, int index, Cursor at) {
        Map<String, String> conditions = RouteKeys.conditions(routes.get(index));
        for (int i = 0; i < index; i++) {
            Map<String, String> earlier = RouteKeys.conditions(routes.get(i));
            if (earlier.size() < conditions.size() && conditions.entrySet().containsAll(earlier.entrySet())) {
                at.refuse(
                        "a route that no request reaches",
                        "it before routes[" + i + "], which takes all of its requests");
                return;
            }
        }
    }

    /** Of two values for one header nobody could tell which a backend gets. */
    private void checkAuthorization(PoolDraft draft, Values values) {
        if (values.of(UpstreamKeys.AUTHORIZATION).isEmpty()) {
            return;
        }
        List<BackendConfig> backends = draft.values().of(Registry.BACKENDS);
        for (int i = 0; i < backends.size(); i++) {
            Cursor headers = backendsOf(draft.name(), root).item(i).child("headers");
            backends.get(i).headers().keySet().stream()
                    .filter("Authorization"::equalsIgnoreCase)
                    .forEach(name -> headers.child(name)
                            .refuse("Authorization beside upstream_authorization", "one of the two"));
        }
    }

    /** Where the file lists a pool's backends. */
    static Cursor backendsOf(String pool, Cursor root) {
        return root.gives("pools") ? root.child("pools").child(pool).child("backends") : root.child("backends");
    }

    private static void checkTls(Values values, Cursor at) {
        boolean certificate = values.of(UpstreamKeys.CERTIFICATE).isPresent();
        boolean key = values.of(UpstreamKeys.KEY).isPresent();
        if (certificate != key) {
            String only = certificate ? "a certificate without its key" : "a key without its certificate";
            at.child("upstream_tls").refuse(only, "both or neither");
        }
    }
}
