// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.config.BackendConfig;
import dev.homing.config.Cidr;
import dev.homing.config.Edge;
import dev.homing.config.HomingConfig;
import dev.homing.config.Listener;
import dev.homing.config.PoolConfig;
import dev.homing.config.RouteConfig;
import dev.homing.config.Server;
import dev.homing.config.Telemetry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force, in the shape and spelling of the file: every key with the value that holds, and no secret. A short
 * {@code backends} list shows as the one pool that it stands for, and each pool with all of its settings.
 */
final class ConfigView {

    private ConfigView() {}

    static Map<String, Object> of(HomingConfig config) {
        Map<String, Object> view = new LinkedHashMap<>();
        Server server = config.server();
        view.put("listen", server.listen().stream().map(ConfigView::listener).toList());
        view.put("admin", orNone(server.admin()));
        Map<String, Object> pools = new LinkedHashMap<>();
        config.pools().forEach(pool -> pools.put(pool.name(), pool(pool)));
        view.put("pools", pools);
        view.put("routes", config.routes().stream().map(ConfigView::route).toList());
        view.putAll(SettingsView.top(config.defaults()));
        edge(view, config.edge());
        telemetry(view, config.telemetry());
        view.put("admin_token", orNone(server.adminToken()));
        view.put("drain_timeout", ConfigText.duration(server.drainTimeout()));
        view.put("io", ConfigText.word(server.io()));
        view.put("threads", server.threads());
        return view;
    }

    private static Map<String, Object> listener(Listener listener) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("address", listener.address().toString());
        Listener.Tls tls = listener.tls();
        if (tls != null) {
            List<Map<String, String>> certificates = tls.certificates().stream()
                    .map(pair -> Map.of(
                            "certificate",
                            pair.certificate().toString(),
                            "key",
                            pair.key().toString()))
                    .toList();
            view.put("tls", Map.of("certificates", certificates, "client_ca", orNone(tls.clientCa())));
        }
        view.put("proxy_protocol", listener.proxyProtocol());
        return view;
    }

    private static Map<String, Object> pool(PoolConfig pool) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("backends", pool.backends().stream().map(ConfigView::backend).toList());
        view.putAll(SettingsView.ofPool(pool.settings()));
        return view;
    }

    private static Map<String, Object> backend(BackendConfig backend) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", backend.id());
        view.put("url", ConfigText.url(backend.url()));
        view.put("weight", backend.weight());
        view.put("max_inflight", backend.maxInflight() == BackendConfig.AUTO ? "auto" : backend.maxInflight());
        view.put("state", ConfigText.word(backend.state()));
        // any of these may be a credential
        Map<String, String> headers = new LinkedHashMap<>();
        backend.headers().keySet().forEach(name -> headers.put(name, ConfigText.HIDDEN));
        view.put("headers", headers);
        return view;
    }

    private static Map<String, Object> route(RouteConfig route) {
        Map<String, Object> match = new LinkedHashMap<>();
        putUnlessNull(match, "host", route.host());
        putUnlessNull(match, "path_prefix", route.pathPrefix());
        if (!route.headers().isEmpty()) {
            match.put("header", route.headers());
        }
        putUnlessNull(match, "model", route.model());
        return match.isEmpty() ? Map.of("pool", route.pool()) : Map.of("match", match, "pool", route.pool());
    }

    private static void edge(Map<String, Object> view, Edge edge) {
        view.put(
                "trusted_proxies",
                edge.trustedProxies().stream().map(Cidr::toString).toList());
        view.put("keys", orNone(edge.keys()));
        view.put("deny_paths", edge.denyPaths());
        view.put("response_headers", edge.responseHeaders());
        view.put("sse_ping", edge.ssePing() == null ? ConfigText.NONE : ConfigText.duration(edge.ssePing()));
    }

    private static void telemetry(Map<String, Object> view, Telemetry telemetry) {
        Telemetry.AccessLog log = telemetry.accessLog();
        view.put("metering", telemetry.metering());
        view.put("access_log", Map.of("path", orNone(log.path()), "format", ConfigText.word(log.format())));
        view.put("tracing", telemetry.tracing() == null ? ConfigText.NONE : ConfigText.url(telemetry.tracing()));
    }

    private static void putUnlessNull(Map<String, Object> view, String key, @Nullable Object value) {
        if (value != null) {
            view.put(key, value);
        }
    }

    private static String orNone(@Nullable Object value) {
        return ConfigText.orNone(value);
    }
}
