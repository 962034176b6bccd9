// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.routing.BackendState;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the admin listener tells of the proxy and of its backends, and what it changes. */
class AdminServerTest extends AdminCase {

    @Test
    void metricsAreServedInTheFormatThatIsAskedFor() throws Exception {
        registry.counter("homing.requests").increment();

        HttpResponse<String> plain = get("/metrics");
        HttpResponse<String> open = send(request("/metrics")
                .header("Accept", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.3"));

        assertThat(plain.body()).contains("homing_requests_total 1.0").doesNotContain("# EOF");
        assertThat(header(plain, "content-type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(open.body()).contains("homing_requests_total 1.0").endsWith("# EOF\n");
        assertThat(header(open, "content-type"))
                .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
    }

    @Test
    void readinessTellsItsReason() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);

        operations.notReady = "no eligible backend in pool chat";

        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).isEqualTo("no eligible backend in pool chat\n");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void backendsAreListedAsFlatObjects() throws Exception {
        assertThat(get("/api/backends").body()).isEqualToIgnoringWhitespace("""
                        [{"pool":"chat","id":"gpu-0","url":"http://127.0.0.1:9101","weight":1.5,"state":"ready","healthy":true,
                          "since":"2026-01-02T03:04:05Z","reason":null,"inflight":1,"slots":8,"queued":2,"sessions":3,
                          "pending_prompt_tokens":4,"prompt_tokens":100,"cached_tokens":60}]""");
    }

    @Test
    void aBackendIsDrained() throws Exception {
        HttpResponse<String> response = put("/api/backends/gpu-0/state", "{\"state\":\"drain\",\"deadline\":\"10m\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"id\":\"gpu-0\"", "\"state\":\"drain\"");
        assertThat(operations.asked).containsExactly("chat/gpu-0 DRAIN PT10M");
    }

    @Test
    void anIdIsDecoded() throws Exception {
        operations.backends.add(FakeOperations.backend("chat", "10.0.0.1:80/a b+c", BackendState.READY));

        HttpResponse<String> response =
                put("/api/backends/10.0.0.1%3A80%2Fa%20b+c/state?pool=chat", "{\"state\":\"off\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(operations.asked).containsExactly("chat/10.0.0.1:80/a b+c OFF null");
    }

    @Test
    void anIdThatSeveralPoolsHaveNeedsAPool() throws Exception {
        operations.backends.add(FakeOperations.backend("embed", "gpu-0", BackendState.READY));

        HttpResponse<String> unclear = put("/api/backends/gpu-0/state", "{\"state\":\"ready\"}");
        HttpResponse<String> clear = put("/api/backends/gpu-0/state?pool=embed", "{\"state\":\"ready\"}");

        assertThat(unclear.statusCode()).isEqualTo(409);
        assertThat(unclear.body()).contains("chat, embed");
        assertThat(clear.statusCode()).isEqualTo(200);
        assertThat(operations.asked).containsExactly("embed/gpu-0 READY null");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`{\"state\":\"sleepy\"}`,                      state: \"sleepy\" (expected",
                "`{}`,                                          state: none (expected",
                "`{\"state\":null}`,                            state: null (expected",
                "`[]`,                                          state: none (expected",
                "`state=off`,                                   body: no JSON",
                "``,                                            state: none",
                "`{\"state\":\"off\",\"state\":\"ready\"}`,     body: no JSON",
                "`{\"state\":\"off\"} {}`,                      body: no JSON",
                "`{\"state\":\"off\",\"when\":1}`,              when: unknown",
                "`{\"state\":\"off\",\"deadline\":\"10m\"}`,    only with state drain",
                "`{\"state\":\"drain\",\"deadline\":\"10\"}`,   deadline: \"10\" (expected",
                "`{\"state\":\"drain\",\"deadline\":\"0s\"}`,   deadline: \"0s\" (expected",
                "`{\"state\":\"drain\",\"deadline\":\"-1s\"}`,  deadline: \"-1s\" (expected",
                "`{\"state\":\"drain\",\"deadline\":null}`,     deadline: null (expected",
            })
    void aBadStateIsRefusedWithWhatIsExpected(String body, String message) throws Exception {
        HttpResponse<String> response = put("/api/backends/gpu-0/state", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(AdminJson.read(response.body()).at("/error/message").asText())
                .contains(message);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void whatIsNotThereIs404() throws Exception {
        assertThat(put("/api/backends/gpu-9/state", "{\"state\":\"off\"}").statusCode())
                .isEqualTo(404);
        assertThat(put("/api/backends/gpu-0/state?pool=x", "{\"state\":\"off\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(get("/api/explain?session=a&pool=x").statusCode()).isEqualTo(404);
        assertThat(get("/api/backends/").statusCode()).isEqualTo(404);
        assertThat(get("/api%2Fbackends").statusCode()).isEqualTo(404);
        assertThat(get("/nosuch").body()).isEqualTo("{\"error\":{\"message\":\"no such endpoint\"}}\n");
    }

    @Test
    void aReloadTellsEveryError() throws Exception {
        assertThat(post("/api/reload").body()).isEqualTo("{\"reloaded\":true}\n");

        operations.reloadErrors = List.of("a.yaml:1:1: x", "a.yaml:2:1: y");

        HttpResponse<String> bad = post("/api/reload");
        assertThat(bad.statusCode()).isEqualTo(400);
        assertThat(bad.body())
                .isEqualTo(
                        "{\"error\":{\"message\":\"a.yaml:1:1: x\",\"errors\":[\"a.yaml:1:1: x\",\"a.yaml:2:1: y\"]}}\n");
    }

    @Test
    void whoTakesOverIsHandedTheTableOrToldWhyNot() throws Exception {
        HttpResponse<String> table = post("/api/takeover");
        assertThat(table.statusCode()).isEqualTo(200);
        assertThat(table.body()).isEqualTo("{\"table\":\"AQID\"}\n");

        HttpResponse<String> refused = post("/api/takeover/finish");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("not now");
        assertThat(operations.asked).containsExactly("beginTakeover", "finishTakeover");
    }

    @Test
    void theConfigurationIsShown() throws Exception {
        assertThat(AdminJson.read(get("/api/config").body())
                        .at("/pools/chat/backends/0/id")
                        .asText())
                .isEqualTo("gpu-0");
    }
}
