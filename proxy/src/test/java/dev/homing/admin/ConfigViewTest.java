// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigViewTest {

    /** The keys of the configuration's reference, but {@code backends}: the view spells it as a pool. */
    private static final List<String> TOP = List.of(
            "listen",
            "admin",
            "pools",
            "routes",
            "affinity",
            "queue",
            "health",
            "timeouts",
            "limits",
            "retry",
            "discovery",
            "upstream_authorization",
            "upstream_tls",
            "strip_request_headers",
            "trusted_proxies",
            "keys",
            "deny_paths",
            "response_headers",
            "sse_ping",
            "metering",
            "access_log",
            "tracing",
            "admin_token",
            "drain_timeout",
            "io",
            "threads");

    @Test
    void theViewHasTheKeysOfTheFile() throws JsonProcessingException {
        JsonNode view = view();

        assertThat(names(view)).containsExactlyInAnyOrderElementsOf(TOP);
        assertThat(names(view.path("affinity")))
                .containsExactlyInAnyOrder(
                        "headers",
                        "body_keys",
                        "no_session",
                        "scope",
                        "placement",
                        "slack_tokens",
                        "home",
                        "relief",
                        "idle_ttl",
                        "on_unhealthy",
                        "on_return",
                        "when_full",
                        "max_sessions",
                        "seed",
                        "snapshot",
                        "share");
        assertThat(names(view.at("/pools/chat")))
                .containsExactlyInAnyOrder(
                        "backends",
                        "affinity",
                        "queue",
                        "health",
                        "timeouts",
                        "limits",
                        "retry",
                        "discovery",
                        "upstream_authorization",
                        "upstream_tls",
                        "strip_request_headers");
        assertThat(names(view.at("/pools/chat/affinity"))).doesNotContain("max_sessions", "seed", "snapshot", "share");
    }

    @Test
    void noSecretIsShown() throws JsonProcessingException {
        String text = view().toString();

        assertThat(text).doesNotContain("hunter2");
        assertThat(view().at("/pools/chat/backends/0/url").asText()).isEqualTo("http://***@127.0.0.1:9101/prefix");
        assertThat(view().at("/pools/chat/backends/0/headers/Authorization").asText())
                .isEqualTo("***");
        assertThat(view().path("admin_token").asText()).isEqualTo("***");
    }

    @ParameterizedTest
    @CsvSource({
        "/listen/0/address, [::1]:8443",
        "/listen/0/tls/certificates/0/key, key.pem",
        "/listen/0/tls/client_ca, ca.pem",
        "/listen/0/proxy_protocol, true",
        "/admin, 127.0.0.1:9090",
        "/io, io_uring",
        "/drain_timeout, 1m",
        "/pools/chat/backends/0/max_inflight, auto",
        "/pools/chat/backends/0/state, drain",
        "/routes/0/match/header/X-Tier, gold",
        "/routes/0/match/model, qwen*",
        "/routes/1/pool, chat",
        "/affinity/placement, load_aware",
        "/affinity/relief, off",
        "/affinity/idle_ttl, 1h",
        "/queue/timeout, 5m",
        "/health/timeout, 2500ms",
        "/health/passive/eject_for, 90s",
        "/timeouts/client_idle, 75s",
        "/timeouts/upstream_idle, 3s",
        "/limits/request_line, 8KiB",
        "/limits/body, 256MiB",
        "/limits/peek, 1000",
        "/limits/connections, 0",
        "/discovery/dns/refresh, 5s",
        "/upstream_tls/ca, ca.pem",
        "/trusted_proxies/0, 127.0.0.1/8",
        "/sse_ping, 15s",
        "/access_log/format, logfmt",
        "/tracing, http://collector:4318"
    })
    void valuesAreSpelledAsInTheFile(String pointer, String text) throws JsonProcessingException {
        assertThat(view().at(pointer).asText()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "1, 1ms",
        "1000, 1s",
        "59000, 59s",
        "60000, 1m",
        "61000, 61s",
        "3600000, 1h",
        "5400000, 90m",
        "86400000, 24h"
    })
    void durationsTakeTheLargestWholeUnit(long millis, String text) {
        assertThat(ConfigText.duration(Duration.ofMillis(millis))).isEqualTo(text);
    }

    private static JsonNode view() throws JsonProcessingException {
        return AdminJson.read(AdminJson.write(ConfigView.of(SampleConfig.config())));
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
