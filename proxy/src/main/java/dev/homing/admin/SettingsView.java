// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.config.Affinity;
import dev.homing.config.Health;
import dev.homing.config.Limits;
import dev.homing.config.PoolSettings;
import dev.homing.config.Queue;
import dev.homing.config.Timeouts;
import dev.homing.config.UpstreamRules;
import java.util.LinkedHashMap;
import java.util.Map;

/** The sections that a pool may override, in the shape of the file. */
final class SettingsView {

    private SettingsView() {}

    /** As they stand at the top level: with what there is only one of. */
    static Map<String, Object> top(PoolSettings settings) {
        Map<String, Object> view = new LinkedHashMap<>();
        Map<String, Object> affinity = affinity(settings.affinity());
        table(affinity, settings.affinity().table());
        sections(view, affinity, settings);
        return view;
    }

    /** As they stand in a pool. */
    static Map<String, Object> ofPool(PoolSettings settings) {
        Map<String, Object> view = new LinkedHashMap<>();
        sections(view, affinity(settings.affinity()), settings);
        return view;
    }

    private static void sections(Map<String, Object> view, Map<String, Object> affinity, PoolSettings settings) {
        view.put("affinity", affinity);
        view.put("queue", queue(settings.queue()));
        view.put("health", health(settings.health()));
        view.put("timeouts", timeouts(settings.timeouts()));
        view.put("limits", limits(settings.limits()));
        upstream(view, settings.upstream());
    }

    private static Map<String, Object> affinity(Affinity affinity) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("headers", affinity.identity().headers());
        view.put("body_keys", affinity.identity().bodyKeys());
        view.put("no_session", ConfigText.word(affinity.placement().noSession()));
        view.put("scope", ConfigText.word(affinity.identity().scope()));
        view.put("placement", ConfigText.word(affinity.placement().policy()));
        view.put("slack_tokens", affinity.placement().slackTokens());
        view.put("home", ConfigText.word(affinity.placement().home()));
        view.put(
                "relief",
                affinity.placement().relief() == 0
                        ? "off"
                        : affinity.placement().relief());
        view.put("idle_ttl", ConfigText.duration(affinity.stickiness().idleTtl()));
        view.put("on_unhealthy", ConfigText.word(affinity.stickiness().onUnhealthy()));
        view.put("on_return", ConfigText.word(affinity.stickiness().onReturn()));
        view.put("when_full", ConfigText.word(affinity.stickiness().whenFull()));
        return view;
    }

    private static void table(Map<String, Object> view, Affinity.Table table) {
        view.put("max_sessions", table.maxSessions());
        view.put("seed", ConfigText.HIDDEN);
        view.put("snapshot", ConfigText.orNone(table.snapshot()));
        view.put("share", ConfigText.orNone(table.share()));
    }

    private static Map<String, Object> queue(Queue queue) {
        return ordered("limit", queue.limit(), "timeout", ConfigText.duration(queue.timeout()));
    }

    private static Map<String, Object> health(Health health) {
        Map<String, Object> view = ordered("path", health.path(), "interval", ConfigText.duration(health.interval()));
        view.put("timeout", ConfigText.duration(health.timeout()));
        view.put("fall", health.fall());
        view.put("rise", health.rise());
        Map<String, Object> passive = ordered(
                "failures",
                health.passive().failures(),
                "window",
                ConfigText.duration(health.passive().window()));
        passive.put("eject_for", ConfigText.duration(health.passive().ejectFor()));
        view.put("passive", passive);
        return view;
    }

    private static Map<String, Object> timeouts(Timeouts timeouts) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("connect", ConfigText.duration(timeouts.upstream().connect()));
        view.put("request_head", ConfigText.duration(timeouts.client().requestHead()));
        view.put("request_body", ConfigText.duration(timeouts.client().requestBody()));
        view.put("response_head", ConfigText.duration(timeouts.upstream().responseHead()));
        view.put("stream_idle", ConfigText.duration(timeouts.upstream().streamIdle()));
        view.put("client_idle", ConfigText.duration(timeouts.client().idle()));
        view.put("upstream_idle", ConfigText.duration(timeouts.upstream().idle()));
        return view;
    }

    private static Map<String, Object> limits(Limits limits) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("request_line", ConfigText.size(limits.requestLine()));
        view.put("header_bytes", ConfigText.size(limits.headerBytes()));
        view.put("header_count", limits.headerCount());
        view.put("body", ConfigText.size(limits.body()));
        view.put("peek", ConfigText.size(limits.peek()));
        view.put("connections", limits.connections());
        return view;
    }

    private static void upstream(Map<String, Object> view, UpstreamRules rules) {
        view.put(
                "retry",
                ordered(
                        "attempts",
                        rules.retry().attempts(),
                        "unanswered",
                        rules.retry().unanswered()));
        view.put("discovery", Map.of("dns", Map.of("refresh", ConfigText.duration(rules.dnsRefresh()))));
        view.put("upstream_authorization", ConfigText.orNone(rules.authorization()));
        Map<String, Object> tls = ordered(
                "ca",
                ConfigText.orNone(rules.tls().ca()),
                "certificate",
                ConfigText.orNone(rules.tls().certificate()));
        tls.put("key", ConfigText.orNone(rules.tls().key()));
        tls.values().removeIf(ConfigText.NONE::equals);
        view.put("upstream_tls", tls);
        view.put("strip_request_headers", rules.stripRequestHeaders());
    }

    private static Map<String, Object> ordered(String first, Object value, String second, Object other) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put(first, value);
        view.put(second, other);
        return view;
    }
}
