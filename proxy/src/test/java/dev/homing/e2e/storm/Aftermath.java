// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.e2e.Operator;
import dev.homing.e2e.Scrape;
import java.time.Duration;
import java.util.List;

/** What has to hold when a storm is over: everything that requests took was given back. */
final class Aftermath {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final List<String> GONE =
            List.of("homing_inflight", "homing_queued", "homing_pending_prompt_tokens", "homing_connections");

    private final Operator operator;
    private final FaultyBackends fleet;

    Aftermath(Operator operator, FaultyBackends fleet) {
        this.operator = operator;
        this.fleet = fleet;
    }

    /** Waits until no request and no connection is left, here or at the backends, and every backend is up. */
    void awaitCalm() {
        await("calm").atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            Scrape metrics = operator.metrics();
            for (String gauge : GONE) {
                assertThat(metrics.count(gauge))
                        .as(gauge + " " + told(metrics, gauge))
                        .isZero();
            }
            assertThat(metrics.count("homing_backend_up"))
                    .as("backends up")
                    .isEqualTo(fleet.backends().size());
            for (JsonNode backend : operator.json("/api/backends")) {
                assertThat(backend.path("state").asText())
                        .as(backend.toString())
                        .isEqualTo("ready");
                assertThat(backend.path("healthy").asBoolean())
                        .as(backend.toString())
                        .isTrue();
                assertThat(backend.path("inflight").asInt())
                        .as(backend.toString())
                        .isZero();
                assertThat(backend.path("queued").asInt())
                        .as(backend.toString())
                        .isZero();
                assertThat(backend.path("pending_prompt_tokens").asInt())
                        .as(backend.toString())
                        .isZero();
            }
        });
        await("probes come and go, other connections are gone")
                .atMost(PATIENCE)
                .until(() -> fleet.connections() <= fleet.backends().size());
    }

    /** Requests that were routed and requests that ended are the same number; that number. */
    long countersAgree() {
        Scrape metrics = operator.metrics();
        long asked = metrics.count("homing_affinity_decisions_total");
        assertThat(metrics.count("homing_requests_total"))
                .as("requests that ended")
                .isEqualTo(asked);
        assertThat(metrics.count("homing_request_seconds_count"))
                .as("requests that took time")
                .isEqualTo(asked);
        return asked;
    }

    private static List<Scrape.Sample> told(Scrape metrics, String gauge) {
        return metrics.samples().stream()
                .filter(sample -> sample.name().equals(gauge) && sample.value() != 0)
                .toList();
    }
}
