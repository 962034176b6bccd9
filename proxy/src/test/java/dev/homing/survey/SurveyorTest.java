// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.KeyPairs;
import dev.homing.demo.EngineSettings;
import dev.homing.demo.FakeEngine;
import dev.homing.wire.RecordingOrigin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurveyorTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    @AutoClose
    private static final Asker asker = new Asker(null);

    private static Survey survey(Site site) throws Exception {
        try (RecordingOrigin origin = site.open()) {
            return asker.survey(origin.address());
        }
    }

    @Test
    void aRecordedLlamaServerIsKnownByThreePagesThatCostItNothing() throws Exception {
        Site site = Site.llamaServer();

        Survey seen = survey(site);

        assertThat(seen)
                .isEqualTo(new Survey(
                        new Finding.Ready(),
                        new Engine.LlamaServer(new Engine.Props("b10573-d775b8967", 4, 16384, true, false, false)),
                        List.of(new Survey.Model("tiny-9101", 16384)),
                        false));
        assertThat(seen.text())
                .isEqualTo("llama-server b10573-d775b8967, model tiny-9101, 4 slots, context 16384, ready");
        assertThat(site.asked()).containsExactly("GET /health", "GET /v1/models", "GET /props");
    }

    @Test
    void aRecordedLlamaServerThatLoadsItsModelIsAskedNothingElse() throws Exception {
        Site site = Site.of(Site.recorded("health/llama-server-health-503-loading.http"));

        Survey seen = survey(site);

        assertThat(seen.text()).isEqualTo("llama-server, loads its model");
        assertThat(site.asked()).containsExactly("GET /health");
    }

    @Test
    void aVllmIsKnownByItsModelsVersionAndMetrics() throws Exception {
        Site site = Site.vllm();

        Survey seen = survey(site);

        assertThat(seen)
                .isEqualTo(new Survey(
                        new Finding.Ready(),
                        new Engine.Vllm("0.25.0", new Engine.Cache(true, 16_000, 1)),
                        List.of(new Survey.Model("my/model", 40960)),
                        false));
        assertThat(seen.text()).isEqualTo("vLLM 0.25.0, model my/model, context 40960, ready");
        assertThat(site.asked()).containsExactly("GET /health", "GET /v1/models", "GET /version", "GET /metrics");
    }

    @Test
    void demoReplicasAreWhatTheyImitateAndGenerateNothing() throws Exception {
        try (FakeEngine llama = FakeEngine.start(EngineSettings.llamaServer().slots(2));
                FakeEngine vllm = FakeEngine.start(EngineSettings.vllm())) {
            assertThat(asker.survey(llama.address()).text())
                    .isEqualTo("llama-server b10573-d775b8967, model demo-8b, 2 slots, context 65536, ready");
            Survey seen = asker.survey(vllm.address());
            assertThat(seen.text()).isEqualTo("vLLM 0.25.0, model demo-8b, context 131072, ready");
            assertThat(((Engine.Vllm) seen.engine()).cache()).isEqualTo(new Engine.Cache(true, 262_144, 1));
            assertThat(llama.stats().requests().received()).isZero();
            assertThat(vllm.stats().requests().received()).isZero();
        }
    }

    @Test
    void aLlamaServerThatWantsAKeyIsStillKnown() throws Exception {
        String refusal = """
                HTTP/1.1 401 Unauthorized\r
                Server: llama.cpp\r
                Content-Length: 79\r
                Connection: close\r
                \r
                {"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}""";
        Site site = Site.of(refusal).with("/health", Site.recorded("survey/llama-server-get-health.http"));

        assertThat(survey(site).text()).isEqualTo("llama-server, wants an API key, ready");
    }

    @Test
    void aVllmThatWantsAKeyShowsItsVersionAndMetricsAllTheSame() throws Exception {
        Site site = Site.vllm().with("/v1/models", Site.json(401, "{\"error\":\"Unauthorized\"}"));

        assertThat(survey(site))
                .isEqualTo(new Survey(
                        new Finding.Ready(),
                        new Engine.Vllm("0.25.0", new Engine.Cache(true, 16_000, 1)),
                        List.of(),
                        true));
    }

    @Test
    void aVllmTellsThatItsPrefixCachingIsOffAndThatItHasSeveralEngines() throws Exception {
        Site site = Site.vllm().with("/metrics", Site.text("""
                vllm:num_requests_running{engine="0",model_name="m"} 0.0
                vllm:num_requests_running{engine="1",model_name="m"} 0.0
                vllm:cache_config_info{enable_prefix_caching="False",block_size="32",num_gpu_blocks="None"} 1.0
                """));

        assertThat(survey(site).engine()).isEqualTo(new Engine.Vllm("0.25.0", new Engine.Cache(false, 0, 2)));
    }

    @Test
    void aRouterOfLlamaServersIsToldApart() throws Exception {
        Site site = Site.llamaServer().with("/props", Site.json(200, """
                {"role":"router","max_instances":4,"default_generation_settings":{"n_ctx":0},"build_info":"b1-a"}"""));

        assertThat(survey(site).text()).startsWith("llama-server, a router, b1-a, model tiny-9101, context 16384");
    }

    @Test
    void anotherServerOfOpenAisApiIsCalledByWhatItSaysItIs() throws Exception {
        Site site =
                Site.of(Site.json(404, "{}")).with("/health", Site.text("")).with("/v1/models", Site.json(200, """
                {"object":"list","data":[{"id":"a","owned_by":"sglang"},{"id":"b"},{"id":"c"},{"id":"d"},{"no":"id"},{"id":"x/*"}]}"""));

        assertThat(survey(site).text())
                .isEqualTo("a server that lists models of \"sglang\", models a, b, c and 1 more, ready");
    }

    @Test
    void aWebServerThatHasNoneOfThePagesIsUnknown() throws Exception {
        Site site = Site.of("HTTP/1.1 404 Not Found\r\nServer: nginx\r\nContent-Length: 9\r\n\r\nNot Found");

        Survey seen = survey(site);

        assertThat(seen.engine()).isEqualTo(new Engine.Unknown());
        assertThat(seen.text()).isEqualTo("unknown, not healthy (answered 404)");
    }

    @Test
    void pagesThatAreNothingOfTheKindTellNothing() throws Exception {
        for (String page : List.of("{", "[]", "null", "<html>", "{\"data\":{\"id\":1}}", "{\"version\":{}}")) {
            Site site = Site.of(Site.json(200, page));

            assertThat(survey(site).engine()).as(page).isEqualTo(new Engine.Unknown());
        }
    }

    @Test
    void whatAServerCallsItselfCannotSteerATerminal() throws Exception {
        String name = "a\\u001b[31m\\nb\\u0085\\u009b\\u2028\\u202e\\ud800" + "x".repeat(1000);
        Site site = Site.vllm()
                .with("/v1/models", Site.json(200, "{\"data\":[{\"id\":\"" + name + "\",\"owned_by\":\"vllm\"}]}"));

        String told = survey(site).models().get(0).name();

        assertThat(told).startsWith("a[31mbxxx").hasSize(200);
    }

    @Test
    void norCanWhatItSaysInPlaceOfAnAnswer() throws Exception {
        Site site = Site.of("SSH-2.0-\u0085x:\u001b[31m y z\r\n\r\n");

        assertThat(survey(site).text())
                .startsWith("not reached (the answer is not HTTP")
                .doesNotContainPattern("\\p{Cc}");
    }

    @Test
    void namesMayBeInAnyScript() throws Exception {
        Site site =
                Site.vllm().with("/v1/models", Site.json(200, "{\"data\":[{\"id\":\"模型\",\"owned_by\":\"vllm\"}]}"));

        assertThat(survey(site).models()).containsExactly(new Survey.Model("模型", 0));
    }

    @Test
    void aClosedPortIsToldAsSuch() throws Exception {
        int port = RecordingOrigin.nowhere().getPort();

        assertThat(asker.survey("http://127.0.0.1:" + port, LONG).finding())
                .isEqualTo(new Finding.Unreached("127.0.0.1:" + port + " refuses connections"));
    }

    @Test
    void aServerThatHangsIsLeftWhenItsTimeIsOver() throws Exception {
        try (RecordingOrigin origin = RecordingOrigin.running(conversation -> {
            while (conversation.request() != null) {
                // takes it, and says nothing
            }
        })) {
            Survey seen = asker.survey("http://127.0.0.1:" + origin.address().getPort(), Duration.ofMillis(300));

            assertThat(seen.finding()).isEqualTo(new Finding.Unreached("no answer within 0.3s"));
        }
    }

    @Test
    void aPortThatSpeaksTlsIsGuessedWhenItIsSpokenToInPlain(@TempDir Path folder) throws Exception {
        KeyPairs keys = KeyPairs.localhost(folder);
        try (RecordingOrigin origin =
                RecordingOrigin.running(keys.server(), Site.llamaServer().script())) {
            int port = origin.address().getPort();

            assertThat(asker.survey("http://localhost:" + port, LONG).text())
                    .endsWith("perhaps it speaks TLS: https://)");
            assertThat(asker.survey("https://localhost:" + port, LONG).text())
                    .endsWith("upstream_tls.ca names the authority that signed its certificate)");
            try (Asker trusting = new Asker(keys.certificate())) {
                assertThat(trusting.survey("https://localhost:" + port, LONG).text())
                        .startsWith("llama-server b10573");
            }
        }
    }

    @Test
    void aPlainPortIsGuessedWhenItIsSpokenToInTls() throws Exception {
        try (RecordingOrigin origin = RecordingOrigin.running(
                conversation -> conversation.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))) {
            assertThat(asker.survey("https://localhost:" + origin.address().getPort(), LONG)
                            .text())
                    .isEqualTo("not reached (the answer is not TLS; perhaps it speaks none: http://)");
        }
    }
}
