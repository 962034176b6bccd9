// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FakeEngineTest {

    private static final EngineSettings FAST =
            EngineSettings.llamaServer().prefill(1e6).decode(1_000);

    @Test
    void theSecondTurnIsCachedAndAnsweredSooner() throws IOException {
        try (FakeEngine engine = FakeEngine.start(FAST.prefill(5_000))) {
            String user = "{\"role\":\"user\",\"content\":\"" + "word ".repeat(2_000) + "\"}";
            JsonNode first = chat(engine, "s", user);
            String answer = first.at("/choices/0/message/content").asText();
            JsonNode second = chat(
                    engine,
                    "s",
                    user + ",{\"role\":\"assistant\",\"content\":\"" + answer
                            + "\"},{\"role\":\"user\",\"content\":\"go on\"}");

            long known = first.at("/usage/total_tokens").asLong();
            long cached =
                    second.at("/usage/prompt_tokens_details/cached_tokens").asLong();
            assertThat(cached).isBetween(known - 16, known);
            assertThat(second.at("/timings/prompt_ms").asDouble())
                    .isLessThan(first.at("/timings/prompt_ms").asDouble() / 4);
            assertThat(engine.stats().tokens().cached()).isEqualTo(cached);
        }
    }

    @Test
    void sessionsAreCountedByTheirHeader() throws IOException {
        try (FakeEngine engine = FakeEngine.start(FAST)) {
            chat(engine, "a", "{\"content\":\"x\"}");
            chat(engine, "a", "{\"content\":\"y\"}");
            chat(engine, "b", "{\"content\":\"z\"}");
            EngineStats stats = engine.stats();
            assertThat(stats.sessions()).isEqualTo(Map.of("a", 2L, "b", 1L));
            assertThat(stats.requests())
                    .isEqualTo(new EngineStats.Requests(3, 3, 0, new EngineStats.Cancelled(0, 0, 0)));
            assertThat(stats.connections()).isEqualTo(3);
        }
    }

    @Test
    void aNonceInTheHeaderComesBackInHeaderAndAnswer() throws IOException {
        try (FakeEngine engine = FakeEngine.start(FAST);
                RawHttp http = new RawHttp(engine.address())) {
            http.post("/v1/completions", "{\"prompt\":\"x\",\"max_tokens\":2}", "X-Demo-Nonce: n-7");
            RawHttp.Answer answer = http.answer();
            assertThat(answer.head()).contains("X-Demo-Nonce: n-7");
            assertThat(new ObjectMapper()
                            .readTree(answer.body())
                            .at("/choices/0/text")
                            .asText())
                    .startsWith("n-7 ");
        }
    }

    @Test
    void aKilledReplicaResetsItsConnectionsAndRefusesNewOnes() throws IOException {
        FakeEngine engine = FakeEngine.start(FAST.decode(1));
        try (RawHttp http = new RawHttp(engine.address())) {
            http.post("/v1/chat/completions", "{\"messages\":[{\"content\":\"x\"}],\"stream\":true}");
            http.head();
            engine.kill();
            assertThatThrownBy(() -> http.socket.getInputStream().readAllBytes())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            assertThatThrownBy(() -> new RawHttp(engine.address()).close()).isInstanceOf(ConnectException.class);
            assertThat(engine.stats().requests().received()).isEqualTo(1);
        }
        try (FakeEngine again = FakeEngine.start(engine.settings());
                RawHttp http = new RawHttp(engine.address())) {
            assertThat(again.address()).isEqualTo(engine.address());
            http.get("/health");
            assertThat(http.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aPortInUseIsSaidInOneLine() {
        try (FakeEngine engine = FakeEngine.start(FAST)) {
            assertThatThrownBy(() -> FakeEngine.start(engine.settings()).close())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageMatching("cannot listen on (localhost|127.0.0.1):\\d+: .*in use.*");
        }
    }

    @Test
    void bytesComeAsManyAsAskedForAndNoFasterThanTheyAreRead() throws IOException {
        try (FakeEngine engine = FakeEngine.start(FAST);
                RawHttp http = new RawHttp(engine.address())) {
            http.get("/demo/bytes?n=50000000");
            assertThat(http.head()).contains("Content-Length: 50000000");
            InputStream in = http.socket.getInputStream();
            in.skipNBytes(50_000_000);
            http.get("/demo/bytes?n=0");
            assertThat(http.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void settingsOutsideTheirRangeAreRefused() {
        assertThatThrownBy(() -> FAST.slots(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slots: 0 (expected: > 0)");
    }

    private static JsonNode chat(FakeEngine engine, String session, String messages) throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            http.post("/v1/chat/completions", "{\"messages\":[" + messages + "]}", "X-Session-Id: " + session);
            return new ObjectMapper().readTree(http.answer().body());
        }
    }
}
