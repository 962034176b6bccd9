// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.homing.KeyPairs;
import dev.homing.LogLines;
import dev.homing.OtlpReceiver;
import dev.homing.observe.Asked;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Traffic;
import dev.homing.observe.Tracing;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spans on their way to a collector, whatever it does. */
@Tag("long")
class SpanWriterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final AtomicLong ids = new AtomicLong();
    private final Tracing tracing = new Tracing(() -> 1_000_000_000L, ids::incrementAndGet);
    private final SpanWriter writer = new SpanWriter(tracing);
    private final OtlpReceiver receiver = OtlpReceiver.start();
    private final LogLines told = LogLines.open();

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        writer.close();
        receiver.close();
        told.close();
    }

    /** Requests that ended with that status. */
    private void requests(int count, int status) {
        Asked asked = Asked.unknown(InetAddress.getLoopbackAddress());
        for (int i = 0; i < count; i++) {
            tracing.ended(
                    Asked.in(tracing.begin(asked), asked),
                    RequestSummary.unrouted(null, Ending.whole(status), 0, Traffic.NONE));
        }
    }

    private static List<Object> statuses(List<Span> spans) {
        return spans.stream()
                .map(span -> OtlpReceiver.values(span.getAttributesList()).get("http.response.status_code"))
                .toList();
    }

    private static URI nowhere() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + server.getLocalPort());
        }
    }

    @Test
    void spansAreThereWithinMomentsWithWhatTellsOfThem() {
        writer.use(receiver.address());
        requests(1, 200);
        requests(1, 404);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statuses(receiver.spans())).containsExactly(200L, 404L));
        assertThat(receiver.paths()).containsOnly("POST /v1/traces");
        Map<String, Object> self =
                OtlpReceiver.values(receiver.resources().get(0).getAttributesList());
        assertThat(self).containsEntry("service.name", "homing").containsKeys("service.version", "telemetry.sdk.name");
        assertThat(self.get("service.instance.id").toString()).isNotBlank();
        assertThat(receiver.scopes().map(scope -> scope.getScope().getName())).containsOnly("dev.homing");
        assertThat(receiver.spans()).allMatch(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER);
        assertThat(writer.dropped()).isZero();
        assertThat(told.lines(Level.WARN)).isEmpty();
    }

    @Test
    void howTheSchemeIsWrittenDoesNotMatter() {
        writer.use(URI.create(receiver.address().toString().replace("http:", "HTTP:")));
        requests(1, 200);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statuses(receiver.spans())).containsExactly(200L));
    }

    @Test
    void manyGoInBatchesAndNoneIsLostAtTheEnd() {
        writer.use(receiver.address());
        requests(1, 404);
        await().atMost(PATIENCE).until(() -> receiver.spans().size() == 1);
        requests(2 * SpanWriter.BATCH, 200);
        writer.close();

        assertThat(receiver.spans()).hasSize(2 * SpanWriter.BATCH + 1);
        assertThat(receiver.messages())
                .allMatch(
                        message -> message.getResourceSpans(0).getScopeSpans(0).getSpansCount() <= SpanWriter.BATCH)
                .hasSizeLessThan(10);
        assertThat(receiver.spans().stream().map(Span::getSpanId).distinct()).hasSize(2 * SpanWriter.BATCH + 1);
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void nothingIsGivenAPlaceInATraceBeforeOrAfterwards() {
        Asked asked = Asked.unknown(InetAddress.getLoopbackAddress());
        assertThat(tracing.begin(asked)).isNull();

        writer.use(receiver.address());
        assertThat(tracing.begin(asked)).isNotNull();

        writer.use(null);
        assertThat(tracing.begin(asked)).isNull();
    }

    @Test
    void anotherCollectorGetsWhatComesFromThenOn() {
        try (OtlpReceiver other = OtlpReceiver.start()) {
            writer.use(receiver.address());
            requests(1, 200);
            await().untilAsserted(() -> assertThat(statuses(receiver.spans())).containsExactly(200L));

            writer.use(other.address());
            await().until(() ->
                    told.lines(Level.INFO).contains("tracing: spans go to " + other.address() + "/v1/traces"));
            requests(1, 404);

            await().untilAsserted(() -> assertThat(statuses(other.spans())).containsExactly(404L));
            assertThat(receiver.spans()).hasSize(1);
        }
    }

    @Test
    void aCollectorThatRefusesIsToldOfOnceAndTriedAgain() {
        receiver.answer(404);
        writer.use(receiver.address());
        requests(3, 200);
        await().atMost(PATIENCE).until(() -> writer.dropped() == 3);
        requests(2, 200);
        await().atMost(PATIENCE).until(() -> writer.dropped() == 5);
        assertThat(told.lines(Level.WARN))
                .singleElement()
                .asString()
                .contains(receiver.address().toString())
                .contains("status code 404");

        receiver.answer(200);
        requests(1, 201);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statuses(receiver.spans())).containsExactly(201L));
        await().untilAsserted(() ->
                assertThat(told.lines(Level.INFO)).anyMatch(line -> line.contains("sent again; 5 are lost")));
        assertThat(writer.dropped()).isEqualTo(5);
    }

    @Test
    void aCollectorThatSaysNothingHoldsUpNobody() {
        receiver.answer(0);
        writer.use(receiver.address());
        requests(1, 200);
        await().atMost(PATIENCE).until(() -> !receiver.paths().isEmpty());

        long begun = System.nanoTime();
        requests(SpanWriter.ROOM + 7, 200);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        assertThat(writer.dropped()).isEqualTo(7);

        long closing = System.nanoTime();
        writer.close();
        assertThat(Duration.ofNanos(System.nanoTime() - closing)).isLessThan(SpanWriter.LAST_ROUND.plusSeconds(2));
    }

    @Test
    void aCollectorThatIsNotThereHoldsUpNoEnd() throws IOException {
        writer.use(nowhere());
        requests(3, 200);

        long closing = System.nanoTime();
        writer.close();

        assertThat(Duration.ofNanos(System.nanoTime() - closing)).isLessThan(SpanWriter.LAST_ROUND.plusSeconds(2));
        assertThat(receiver.spans()).isEmpty();
    }

    /** The exporter tries again for a while: no span is lost while a collector restarts. */
    @Test
    void aCollectorThatComesBackInAMomentHasMissedNothing() throws IOException {
        URI later = nowhere();
        writer.use(later);
        requests(3, 200);
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);

        try (OtlpReceiver late = OtlpReceiver.start(later.getPort())) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(late.spans()).hasSize(3));
        }
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void aCollectorOverTlsIsVerified() throws Exception {
        KeyPairs keys = KeyPairs.localhost(folder);
        try (OtlpReceiver secure = OtlpReceiver.start(keys.server())) {
            URI address = URI.create("https://localhost:" + secure.port());
            writer.use(address);
            requests(1, 200);
            await().atMost(PATIENCE).until(() -> writer.dropped() == 1);
            assertThat(told.lines(Level.WARN))
                    .singleElement()
                    .asString()
                    .contains("unable to find valid certification");
            assertThat(secure.spans()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://collector:4318, http://collector:4318/v1/traces",
        "http://collector:4318/, http://collector:4318/v1/traces",
        "https://host/otlp, https://host/otlp/v1/traces",
        "https://host/otlp//, https://host/otlp/v1/traces",
        "http://host/v1/traces, http://host/v1/traces",
        "http://host/otlp/v1/traces/, http://host/otlp/v1/traces",
        "http://[::1]:4318, http://[::1]:4318/v1/traces",
    })
    void thePathOfOtlpIsPutBehindAnAddressThatHasItNot(URI collector, URI endpoint) {
        assertThat(OtlpSender.endpoint(collector)).isEqualTo(endpoint);
    }
}
