// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.homing.OtlpReceiver;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The spans of a whole proxy in front of replicas, as a collector has them. */
class SpansTest {

    private static final int SESSIONS = 4;
    private static final int TURNS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private OtlpReceiver receiver;
    private Replicas replicas;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() {
        receiver = OtlpReceiver.start();
        replicas = Replicas.start(
                2, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(1_000));
    }

    @AfterEach
    void stop() {
        replicas.close();
        receiver.close();
    }

    private static void talk(RunningHoming homing) {
        Chat chat = new Chat(homing.clients());
        for (int i = 0; i < SESSIONS; i++) {
            Conversation talk = new Conversation(chat, "talk-" + i);
            talk.turns(TURNS, 2).join();
            assertThat(talk.failures()).isEmpty();
        }
    }

    private static int get(URI uri, String traceparent) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(uri).header("traceparent", traceparent).build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    private static Map<String, Object> attributes(Span span) {
        return OtlpReceiver.values(span.getAttributesList());
    }

    private static long sum(List<Span> spans, String attribute) {
        return spans.stream()
                .mapToLong(span -> (Long) attributes(span).get(attribute))
                .sum();
    }

    private void awaitSpans(int count) {
        await().atMost(PATIENCE).until(() -> receiver.spans().size() >= count);
        assertThat(receiver.spans()).hasSize(count);
    }

    @Test
    void eachRequestHasOneThatTellsWhatTheReplicasServed() {
        long before = System.currentTimeMillis();
        try (RunningHoming homing = RunningHoming.start(replicas.yaml("tracing: " + receiver.address()))) {
            talk(homing);
        }

        List<Span> spans = receiver.spans();
        assertThat(spans).as("sent at the end at the latest").hasSize(SESSIONS * TURNS);
        assertThat(spans).extracting(Span::getName).containsOnly("POST /v1/chat/completions");
        assertThat(spans.stream().map(Span::getTraceId).distinct()).hasSize(SESSIONS * TURNS);
        assertThat(spans.stream().map(span -> attributes(span).get("homing.decision")))
                .containsOnly("placed", "pinned")
                .filteredOn("placed"::equals)
                .hasSize(SESSIONS);
        assertThat(spans.stream()
                        .map(span -> attributes(span).get("homing.session"))
                        .distinct())
                .hasSize(SESSIONS);
        assertThat(sum(spans, "gen_ai.usage.input_tokens"))
                .isEqualTo(replicas.sum(stats -> stats.tokens().prompt()));
        assertThat(sum(spans, "gen_ai.usage.cache_read.input_tokens"))
                .isEqualTo(replicas.sum(stats -> stats.tokens().cached()));
        for (Span span : spans) {
            assertThat(span.getStartTimeUnixNano() / 1_000_000).isBetween(before, System.currentTimeMillis());
            assertThat(span.getEndTimeUnixNano()).isGreaterThan(span.getStartTimeUnixNano());
            Span.Event first = span.getEvents(0);
            assertThat(first.getName()).isEqualTo("homing.first_token");
            assertThat((first.getTimeUnixNano() - span.getStartTimeUnixNano()) / 1e9)
                    .isCloseTo((Double) attributes(span).get("homing.time_to_first_token_seconds"), within(1e-6));
            assertThat(first.getTimeUnixNano()).isLessThanOrEqualTo(span.getEndTimeUnixNano());
        }
        assertThat(receiver.messages().toString()).as("session ids").doesNotContain("talk-");
    }

    @Test
    void aSpanIsAChildOfItsClientsAndTellsNoQuery() throws Exception {
        try (RunningHoming homing = RunningHoming.start(replicas.yaml("tracing: " + receiver.address()))) {
            URI models = homing.clients().resolve("/v1/models?key=secret");
            assertThat(get(models, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"))
                    .isEqualTo(200);
            assertThat(get(models, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
                    .isEqualTo(200);
            awaitSpans(1);
        }

        Span span = receiver.spans().get(0);
        assertThat(HexFormat.of().formatHex(span.getTraceId().toByteArray()))
                .isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(HexFormat.of().formatHex(span.getParentSpanId().toByteArray()))
                .isEqualTo("00f067aa0ba902b7");
        assertThat(span.getName()).isEqualTo("GET /v1/models");
        assertThat(receiver.messages().toString()).doesNotContain("secret");
    }

    @Test
    void aReloadTurnsItOnAndOff() throws Exception {
        Path file = Files.writeString(directory.resolve("homing.yaml"), replicas.yaml());
        try (RunningHoming homing = RunningHoming.of(file)) {
            talk(homing);

            Files.writeString(file, replicas.yaml("tracing: " + receiver.address()));
            homing.reload();
            talk(homing);
            awaitSpans(SESSIONS * TURNS);

            Files.writeString(file, replicas.yaml());
            homing.reload();
            talk(homing);
        }
        assertThat(receiver.spans()).hasSize(SESSIONS * TURNS);
    }

    @Test
    void spansThatAreLostAreCounted() {
        receiver.answer(400);
        try (RunningHoming homing = RunningHoming.start(replicas.yaml("tracing: " + receiver.address()))) {
            talk(homing);

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    new Operator(homing.operators()).metrics().sum("homing_trace_spans_dropped_total"))
                            .isEqualTo(SESSIONS * TURNS));
        }
    }
}
