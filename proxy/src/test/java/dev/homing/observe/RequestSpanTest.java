// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.metering.Usage;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Origin;
import dev.homing.observe.RequestSummary.Route;
import dev.homing.observe.RequestSummary.Timing;
import dev.homing.observe.RequestSummary.Tokens;
import dev.homing.observe.RequestSummary.Traffic;
import dev.homing.routing.Decision;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.SessionKey;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a span says of its request. */
class RequestSpanTest {

    private static final long END = 1_769_860_800_000_000_000L;
    private static final Pool POOL = Pools.of(2);
    private static final Trace TRACE = new Trace(1, 2, 3, 4, Trace.SAMPLED);
    private static final Traffic TRAFFIC = new Traffic(1234, 5678, 1);

    private static SpanEntry.Head head(@Nullable String method, @Nullable String path) {
        return new SpanEntry.Head(method, path, "https", "2", InetAddress.getLoopbackAddress());
    }

    private static SpanData span(SpanEntry.Head head, RequestSummary summary) {
        return new RequestSpan(
                new SpanEntry(TRACE, END, head, summary),
                Resource.empty(),
                InstrumentationScopeInfo.create("dev.homing"));
    }

    private static Map<String, Object> attributes(SpanData span) {
        Map<String, Object> attributes = new TreeMap<>();
        span.getAttributes().forEach((AttributeKey<?> key, Object value) -> attributes.put(key.getKey(), value));
        return attributes;
    }

    private static RequestSummary full() {
        return new RequestSummary(
                new Origin("alice", new SessionKey(0xabcL), "header:x-session-id"),
                new Route(POOL, POOL.backends().get(1), Decision.PINNED),
                Ending.whole(200),
                new Timing(2_500_000_000L, 1_250_000_000L, 500_000_000L, 3_000_000L),
                new Tokens(true, new Usage(290, 285, 12)),
                TRAFFIC);
    }

    private static RequestSummary ending(Ending ending) {
        return RequestSummary.unrouted(null, ending, 0, Traffic.NONE);
    }

    @Test
    void everythingThatIsKnownIsTold() {
        SpanData span = span(head("POST", "/v1/chat/completions"), full());

        assertThat(span.getName()).isEqualTo("POST /v1/chat/completions");
        assertThat(span.getTraceId()).isEqualTo("00000000000000010000000000000002");
        assertThat(span.getParentSpanId()).isEqualTo("0000000000000003");
        assertThat(span.getSpanId()).isEqualTo("0000000000000004");
        assertThat(span.getEndEpochNanos()).isEqualTo(END);
        assertThat(span.getStartEpochNanos()).isEqualTo(END - 2_500_000_000L);
        assertThat(span.getEvents())
                .extracting(EventData::getName, EventData::getEpochNanos)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("homing.first_token", END - 1_250_000_000L));
        Map<String, Object> expected = new TreeMap<>(Map.of(
                "http.request.method", "POST",
                "http.route", "/v1/chat/completions",
                "url.path", "/v1/chat/completions",
                "url.scheme", "https",
                "network.protocol.version", "2",
                "client.address", "127.0.0.1",
                "http.response.status_code", 200L,
                "http.request.body.size", 1234L,
                "http.response.body.size", 5678L));
        expected.putAll(Map.of(
                "homing.pool", "default",
                "homing.backend", "gpu-1",
                "homing.decision", "pinned",
                "homing.session", "0000000000000abc",
                "homing.key", "alice",
                "homing.key_source", "header:x-session-id",
                "homing.retries", 1L));
        expected.putAll(Map.of(
                "homing.queue_seconds",
                0.5,
                "homing.upstream_connect_seconds",
                0.003,
                "homing.time_to_first_token_seconds",
                1.25,
                "gen_ai.usage.input_tokens",
                290L,
                "gen_ai.usage.cache_read.input_tokens",
                285L,
                "gen_ai.usage.output_tokens",
                12L));
        assertThat(attributes(span)).isEqualTo(expected);
        assertThat(span.getTotalAttributeCount()).isEqualTo(expected.size());
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        SpanData span = span(
                SpanEntry.Head.of(Asked.unknown(InetAddress.getLoopbackAddress())),
                ending(Ending.failed(400, "malformed_request")));

        assertThat(span.getName()).isEqualTo("HTTP");
        assertThat(span.getEvents()).isEmpty();
        assertThat(attributes(span))
                .isEqualTo(Map.of(
                        "http.request.method",
                        "_OTHER",
                        "client.address",
                        "127.0.0.1",
                        "http.response.status_code",
                        400L,
                        "error.type",
                        "malformed_request",
                        "http.request.body.size",
                        0L,
                        "http.response.body.size",
                        0L));
    }

    @Test
    void anEngineThatTellsNoCachedTokensIsNotTakenToHaveNone() {
        RequestSummary untold = new RequestSummary(
                Origin.of(null),
                new Route(POOL, null, Decision.NO_SESSION),
                Ending.whole(200),
                new Timing(1, -1),
                new Tokens(true, new Usage(9, Usage.UNKNOWN, 1)),
                TRAFFIC);

        assertThat(attributes(span(head("POST", "/"), untold)))
                .containsEntry("gen_ai.usage.input_tokens", 9L)
                .doesNotContainKeys(
                        "gen_ai.usage.cache_read.input_tokens", "homing.backend", "homing.time_to_first_token_seconds");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/models, GET /v1/models",
        "GET, /v1/models/Qwen/Qwen3-8B, GET /v1/models/{model}",
        "GET, /v1/models/, GET",
        "POST, /v1/messages, POST /v1/messages",
        "POST, /v1/messages/made-up-4711, POST",
        "GET, /, GET",
        "BREW, /v1/models, HTTP /v1/models",
        "get, /made-up, HTTP",
    })
    void namesAreFewWhateverClientsSend(String method, String path, String name) {
        assertThat(span(head(method, path), full()).getName()).isEqualTo(name);
    }

    @Test
    void aMethodThatIsNoneIsToldAsSuch() {
        assertThat(attributes(span(head("BREW", "/"), full())))
                .containsEntry("http.request.method", "_OTHER")
                .containsEntry("http.request.method_original", "BREW");
    }

    @Test
    void theRootHasNoParent() {
        SpanEntry entry = new SpanEntry(new Trace(1, 2, 0, 4, 3), END, head("GET", "/"), full());

        SpanData span = new RequestSpan(entry, Resource.empty(), InstrumentationScopeInfo.empty());

        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(span.getSpanContext().isSampled()).isTrue();
        assertThat(span.getSpanContext().getTraceFlags().asHex()).isEqualTo("03");
    }

    @Test
    void anErrorIsA5xxOrAnAnswerThatBrokeOffAndNothingElse() {
        record Case(
                Ending ending, StatusCode status, @Nullable String type) {}
        for (Case one : List.of(
                new Case(Ending.whole(200), StatusCode.UNSET, null),
                new Case(Ending.whole(404), StatusCode.UNSET, null),
                new Case(Ending.whole(500), StatusCode.ERROR, "500"),
                new Case(Ending.failed(429, "queue_full"), StatusCode.UNSET, "queue_full"),
                new Case(Ending.failed(502, "bad_gateway"), StatusCode.ERROR, "bad_gateway"),
                new Case(Ending.failed(200, "answer_broken"), StatusCode.ERROR, "answer_broken"),
                new Case(Ending.failed(101, "tunnel_idle"), StatusCode.ERROR, "tunnel_idle"),
                new Case(Ending.left(200), StatusCode.UNSET, "client_gone"),
                new Case(Ending.left(0), StatusCode.UNSET, "client_gone"))) {
            SpanData span = span(head("GET", "/"), ending(one.ending()));

            assertThat(span.getStatus().getStatusCode()).as("%s", one.ending()).isEqualTo(one.status());
            assertThat(attributes(span).get("error.type"))
                    .as("%s", one.ending())
                    .isEqualTo(one.type());
        }
    }

    @Test
    void whatAClientSentIsToldInABoundedPart() {
        Asked asked = new Asked.Traced(
                new Asked() {
                    @Override
                    public String method() {
                        return "M".repeat(1000);
                    }

                    @Override
                    public String path() {
                        return "/" + "p".repeat(9000);
                    }

                    @Override
                    public InetAddress address() {
                        return InetAddress.getLoopbackAddress();
                    }

                    @Override
                    public @Nullable String header(CharSequence name) {
                        return null;
                    }
                },
                TRACE);

        Map<String, Object> told = attributes(span(SpanEntry.Head.of(asked), full()));

        assertThat(told.get("url.path").toString()).hasSize(1024 + 3);
        assertThat(told.get("http.request.method_original").toString()).hasSize(32 + 3);
    }
}
