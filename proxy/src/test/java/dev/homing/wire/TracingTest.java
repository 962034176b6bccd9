// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static dev.homing.wire.UpgradeTest.HANDSHAKE;
import static dev.homing.wire.UpgradeTest.switching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.admission.Waiter;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.SpanEntry;
import dev.homing.observe.Trace;
import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What backends are told of traces, and that each request has one span, whatever becomes of it. The ids that begin here are 1, 2, 3... */
final class TracingTest extends WireCase {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SENT = "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-";
    private static final String BEGUN = "traceparent: 00-00000000000000010000000000000002-0000000000000003-03";

    private PlaneUnderTest traced(RecordingOrigin... origins) {
        PlaneUnderTest plane = plane(origins);
        plane.observer().trace();
        return plane;
    }

    private static String get(String... headers) {
        return head(("GET /x HTTP/1.1\nHost: h\n" + String.join("\n", headers)).split("\n"));
    }

    /** Its spans, exactly so many once nothing is under way. */
    private static List<SpanEntry> spans(PlaneUnderTest plane, int count) {
        await().until(() -> plane.observer().spans().size() >= count);
        plane.awaitQuiet();
        assertThat(plane.observer().spans()).hasSize(count);
        assertThat(plane.observer().lines()).as("as many as lines of the log").hasSize(count);
        return plane.observer().spans();
    }

    private static List<String> told(PlaneUnderTest plane, int count) {
        return spans(plane, count).stream()
                .map(span -> span.head().method() + " " + span.head().path() + " "
                        + span.summary().status() + " "
                        + span.summary().ending().error())
                .toList();
    }

    private static String traceHeaders(RecordingOrigin origin, int connection) {
        return String.join(
                "|",
                origin.conversation(connection)
                        .received()
                        .lines()
                        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("trace"))
                        .toList());
    }

    @Test
    void aTraceIsGoneOnWithUnderHomingsOwnSpan() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = traced(origin);

        client(plane).send(get(SENT + "01", "tracestate: a=1,b=2")).response();

        assertThat(traceHeaders(origin, 0))
                .isEqualTo("tracestate: a=1,b=2|traceparent: 00-" + TRACE + "-0000000000000001-01");
        Trace trace = spans(plane, 1).get(0).trace();
        assertThat(trace.span()).isEqualTo(1);
        assertThat(trace.parent()).isEqualTo(0x00f067aa0ba902b7L);
        assertThat(LoggedLines.only(plane).get("traceparent").textValue())
                .as("in the log, by which the span is found")
                .isEqualTo("00-" + TRACE + "-0000000000000001-01");
    }

    @Test
    void withoutOneATraceBegins() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = traced(origin);

        client(plane).send(GET).response();

        assertThat(traceHeaders(origin, 0)).isEqualTo(BEGUN);
        assertThat(spans(plane, 1).get(0).trace().continued()).isFalse();
    }

    @Test
    void anUnsoundOneEndsHereWithItsState() throws Exception {
        for (String unsound : List.of(
                "traceparent: 00-a-b-01", SENT + "01\n" + SENT + "01", "TraceParent: 00-" + "0".repeat(32) + "-1-01")) {
            RecordingOrigin origin = origin(Script.answering(OK));
            PlaneUnderTest plane = traced(origin);

            client(plane).send(get(unsound, "TraceState: a=1")).response();

            assertThat(traceHeaders(origin, 0)).as(unsound).isEqualTo(BEGUN);
            spans(plane, 1);
        }
    }

    @Test
    void whatNobodyWantsSampledIsSentOnAsSuchAndHasNoSpan() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = traced(origin);

        client(plane).send(get(SENT + "00")).response();

        assertThat(traceHeaders(origin, 0)).isEqualTo("traceparent: 00-" + TRACE + "-0000000000000001-00");
        LoggedLines.only(plane);
        assertThat(plane.observer().spans()).isEmpty();
    }

    @Test
    void whileNobodyTracesHeadersPassUntouched() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);

        client(plane)
                .send(get("TraceParent: what ever", SENT + "01", "tracestate: a=1", "tracestate: b=2"))
                .response();
        client(plane).send(GET).response();

        assertThat(origin.conversation(0).received())
                .contains("TraceParent: what ever\r\n" + SENT + "01\r\ntracestate: a=1\r\ntracestate: b=2\r\n")
                .contains("GET /x")
                .doesNotContain("0000000000000001");
        assertThat(LoggedLines.all(plane, 2))
                .noneMatch(line -> line.path("traceparent").asText().contains("0000000000000001"));
        assertThat(plane.observer().spans()).isEmpty();
    }

    @Test
    void theConfigurationMayKeepItFromBackendsOrSetAnother() throws Exception {
        configs.stripped("TraceParent", "tracestate");
        RecordingOrigin stripped = origin(Script.answering(OK));
        client(traced(stripped)).send(get(SENT + "01", "tracestate: a=1")).response();
        assertThat(traceHeaders(stripped, 0)).isEmpty();

        configs.stripped().backendHeaders(Map.of("traceparent", "mine"));
        RecordingOrigin set = origin(Script.answering(OK));
        client(traced(set)).send(get(SENT + "01")).response();
        assertThat(traceHeaders(set, 0)).isEqualTo("traceparent: mine");
    }

    @Test
    void aClientThatCallsItHopByHopEndsOnlyItsOwn() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = traced(origin);

        client(plane)
                .send(get(SENT + "01", "tracestate: a=1", "Connection: traceparent, tracestate"))
                .response();

        assertThat(traceHeaders(origin, 0)).isEqualTo("traceparent: 00-" + TRACE + "-0000000000000001-01");
    }

    @Test
    void aRequestThatIsSentAgainHasOneSpanAndTellsItEachTime() throws Exception {
        RecordingOrigin good = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(RecordingOrigin.nowhere(), good.address());
        plane.observer().trace();

        client(plane).send(GET).response();

        SpanEntry span = spans(plane, 1).get(0);
        RequestSummary.Timing timing = span.summary().timing();
        assertThat(traceHeaders(good, 0)).isEqualTo(BEGUN);
        assertThat(span.summary().traffic().retries()).isEqualTo(1);
        assertThat(timing.connectNanos())
                .as("tries in vain included")
                .isPositive()
                .isLessThan(timing.totalNanos());
    }

    @Test
    void anIdleConnectionTakesNoTimeToConnect() throws Exception {
        PlaneUnderTest plane = traced(origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send(GET).response();
        client.send(GET).response();

        assertThat(spans(plane, 2))
                .extracting(span -> span.summary().timing().connectNanos() > 0)
                .containsExactly(true, false);
    }

    @Test
    void waitingForAFullBackendIsToldAsSuchAndNotAsConnecting() throws Exception {
        configs.maxInflight(1).queue(10, Duration.ofSeconds(30));
        GatedEngine engine = opened(new GatedEngine());
        PlaneUnderTest plane = traced(engine.origin());
        RawClient first = client(plane).send(GET);
        engine.awaitAsked("/x");
        RawClient second = client(plane).send(GET.replace("/x", "/late"));
        await().until(() -> plane.waiting(Waiter.ANY) == 1);

        engine.answer(1);
        first.response();
        engine.awaitAsked("/x", "/late");
        engine.answer(1);
        second.response();

        SpanEntry late = spans(plane, 2).get(1);
        assertThat(late.summary().timing().queueNanos()).isPositive();
        assertThat(late.summary().timing().connectNanos()).isZero();
    }

    @Test
    void whatIsRefusedHasASpanOnceEach() throws Exception {
        configs.denied("/sleep");
        PlaneUnderTest plane = traced(origin(Script.answering(OK)));
        List<String> requests = List.of(
                "GET /x HTTP/1.1\r\n" + SENT + "01\r\n\r\n",
                "GET /x y z\r\n\r\n",
                "TRACE /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /sleep HTTP/1.1\r\nHost: h\r\n\r\n");

        for (String request : requests) {
            client(plane).send(request).response();
        }

        assertThat(told(plane, 4))
                .containsExactly(
                        "GET /x 400 malformed_request",
                        "null null 400 malformed_request",
                        "TRACE /x 405 method_not_allowed",
                        "GET /sleep 404 not_found");
        assertThat(plane.observer().spans())
                .extracting(span -> span.trace().continued())
                .containsExactly(true, false, false, false);
    }

    @Test
    void aClientThatLeavesHasASpan() throws Exception {
        PlaneUnderTest plane = traced(origin(conversation -> {
            conversation.request();
            conversation.drain();
        }));
        RawClient client = client(plane);
        client.send(GET);
        await().until(() -> plane.inflight(0) == 1);

        client.close();

        assertThat(told(plane, 1)).containsExactly("GET /x 0 client_gone");
    }

    @Test
    void aWebSocketHasOneWhenItIsOver() throws Exception {
        RecordingOrigin origin = origin(switching(conversation -> {
            conversation.bytes(5);
            conversation.send("bye");
        }));
        PlaneUnderTest plane = traced(origin);
        RawClient client = client(plane);

        assertThat(client.send(HANDSHAKE).response().status()).isEqualTo(101);
        assertThat(plane.observer().spans()).as("before it is over").isEmpty();
        client.send("hello").toEnd();

        assertThat(told(plane, 1)).containsExactly("GET /v1/realtime 101 null");
        assertThat(traceHeaders(origin, 0)).isEqualTo(BEGUN);
    }

    @Test
    void eachStreamOfHttp2HasOne() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = traced(origin);
        RawHttp2 client = opened(RawHttp2.to(plane.address())).greeted();

        client.answer(client.get("/1", "traceparent", SENT.substring(13) + "01", "tracestate", "a=1"));
        client.answer(client.request(RawHttp2.head("TRACE", "/trace")));

        assertThat(told(plane, 2)).containsExactly("GET /1 200 null", "TRACE /trace 405 method_not_allowed");
        assertThat(plane.observer().spans())
                .extracting(span -> span.head().version())
                .containsOnly("2");
        assertThat(traceHeaders(origin, 0))
                .isEqualTo("tracestate: a=1|traceparent: 00-" + TRACE + "-0000000000000001-01");
    }
}
