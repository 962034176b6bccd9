// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.homing.config.Telemetry.Format;
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
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLineTest {

    /** 2026-01-31T12:00:00.007Z. */
    private static final long THEN = 1_769_860_800_007L;

    private static final Pool POOL = Pools.of(2);
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /** What a client sent. */
    private record Sent(@Nullable String method, @Nullable String path, Map<String, String> headers) implements Asked {

        static Sent of(String path) {
            return new Sent("POST", path, Map.of());
        }

        static Sent with(String name, String value) {
            return new Sent("POST", "/", Map.of(name, value));
        }

        @Override
        public InetAddress address() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public @Nullable String header(CharSequence name) {
            return headers.get(name.toString());
        }
    }

    private static RequestSummary full() {
        return new RequestSummary(
                new Origin("alice", new SessionKey(0xabcL), "header:x-session-id"),
                new Route(POOL, POOL.backends().get(1), Decision.PINNED),
                Ending.whole(200),
                new Timing(2_345_678_900L, 1_002_000L, 5_000L, 0),
                new Tokens(true, new Usage(290, 285, 12)),
                new Traffic(1234, 5678, 1));
    }

    private static RequestSummary refused() {
        return RequestSummary.unrouted(null, Ending.failed(404, "not_found"), 12_000, Traffic.NONE);
    }

    private static String line(Format format, Asked asked, RequestSummary summary) {
        long took = summary.timing().totalNanos() / 1_000_000;
        return AccessLines.line(format, AccessEntry.ended(THEN + took, asked, summary));
    }

    private static JsonNode json(Asked asked, RequestSummary summary) throws Exception {
        return new ObjectMapper().readTree(line(Format.JSON, asked, summary));
    }

    @Test
    void everyFieldHasItsPlace() {
        Sent sent = new Sent("POST", "/v1/chat/completions", Map.of("x-request-id", "req-1", "traceparent", PARENT));

        assertThat(line(Format.JSON, sent, full()))
                .isEqualTo("{\"time\":\"2026-01-31T12:00:00.007Z\",\"pool\":\"default\",\"backend\":\"gpu-1\","
                        + "\"decision\":\"pinned\",\"session\":\"0000000000000abc\",\"key\":\"alice\","
                        + "\"key_source\":\"header:x-session-id\",\"method\":\"POST\",\"path\":\"/v1/chat/completions\","
                        + "\"status\":200,\"prompt_tokens\":290,\"cached_tokens\":285,\"completion_tokens\":12,"
                        + "\"queue_ms\":0.005,\"ttft_ms\":1.002,\"total_ms\":2345.678,\"bytes_in\":1234,"
                        + "\"bytes_out\":5678,\"retries\":1,\"client\":\"127.0.0.1\",\"request_id\":\"req-1\","
                        + "\"traceparent\":\"" + PARENT + "\"}");
        assertThat(line(Format.LOGFMT, sent, full()))
                .isEqualTo("time=2026-01-31T12:00:00.007Z pool=default backend=gpu-1 decision=pinned"
                        + " session=0000000000000abc key=alice key_source=header:x-session-id method=POST"
                        + " path=/v1/chat/completions status=200 prompt_tokens=290 cached_tokens=285"
                        + " completion_tokens=12 queue_ms=0.005 ttft_ms=1.002 total_ms=2345.678 bytes_in=1234"
                        + " bytes_out=5678 retries=1 client=127.0.0.1 request_id=req-1 traceparent=" + PARENT);
    }

    @Test
    void whatIsNotKnownIsLeftOut() throws Exception {
        List<String> names = new ArrayList<>();
        json(Asked.unknown(InetAddress.getLoopbackAddress()), refused())
                .fieldNames()
                .forEachRemaining(names::add);

        assertThat(names)
                .containsExactly(
                        "time",
                        "status",
                        "total_ms",
                        "bytes_in",
                        "bytes_out",
                        "retries",
                        "client",
                        "error",
                        "request_id");
    }

    @Test
    void anEngineThatTellsNoCachedTokensIsNotTakenToHaveNone() throws Exception {
        RequestSummary untold = new RequestSummary(
                Origin.of(null),
                new Route(POOL, null, Decision.NO_SESSION),
                Ending.left(0),
                new Timing(0, -1),
                new Tokens(true, new Usage(9, Usage.UNKNOWN, 1)),
                Traffic.NONE);

        JsonNode line = json(Sent.of("/"), untold);

        assertThat(line.get("prompt_tokens").intValue()).isEqualTo(9);
        assertThat(line.has("cached_tokens")).isFalse();
        assertThat(line.has("status")).isFalse();
        assertThat(line.has("backend")).isFalse();
        assertThat(line.get("error").textValue()).isEqualTo("client_gone");
    }

    @Test
    void timesBeforeAndAfterTheTurnOfASecondAreTold() {
        LineBuffer out = new LineBuffer();
        AccessLine lines = new AccessLine(Format.LOGFMT, out, 0);
        for (long millis : new long[] {-1, 0, 999, 1000, 60_000, 999}) {
            lines.add(AccessEntry.ended(
                    millis, Sent.of("/"), RequestSummary.unrouted(null, Ending.left(0), 0, Traffic.NONE)));
        }

        assertThat(StandardCharsets.US_ASCII
                        .decode(out.bytes())
                        .toString()
                        .lines()
                        .map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactly(
                        "time=1969-12-31T23:59:59.999Z",
                        "time=1970-01-01T00:00:00.000Z",
                        "time=1970-01-01T00:00:00.999Z",
                        "time=1970-01-01T00:00:01.000Z",
                        "time=1970-01-01T00:01:00.000Z",
                        "time=1970-01-01T00:00:00.999Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/\"},{\"status\":200",
                "/\n{\"time\":\"x\"}",
                "/\r\n\t\b\f\0\u001b[31m\u007f",
                "/a b=c",
                "/\\",
                "/\u00e4\u20ac\ud83d\udd4a\ud83d",
                "/\u2028\u0085",
                ""
            })
    void noPathBreaksOutOfItsField(String path) throws Exception {
        String json = line(Format.JSON, Sent.of(path), refused());
        String logfmt = line(Format.LOGFMT, Sent.of(path), refused());

        assertThat(json + logfmt).matches("[ -~]*");
        assertThat(new ObjectMapper().readTree(json).get("path").textValue()).isEqualTo(path);
        assertThat(fields(logfmt))
                .containsEntry("path", path)
                .containsEntry("status", "404")
                .hasSameSizeAs(fields(line(Format.LOGFMT, Sent.of("/"), refused())));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void aLongPathIsCutAndMarked(Format format) {
        String most = "/".repeat(AccessEntry.MOST_PATH);

        assertThat(line(format, Sent.of(most), refused())).contains(most).doesNotContain("...");
        assertThat(line(format, Sent.of(most + "/"), refused()))
                .contains(most + "...")
                .doesNotContain(most + "/");
        assertThat(line(format, new Sent("M".repeat(5000), "/", Map.of()), refused()))
                .contains("M".repeat(AccessEntry.MOST_METHOD) + "...")
                .hasSizeLessThan(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\nb", "a\u00e4", "\u007f"})
    void anIdThatIsNotSoundIsReplacedAndATraceThatIsNotIsLeftOut(String value) throws Exception {
        assertThat(json(Sent.with("x-request-id", value), refused())
                        .get("request_id")
                        .textValue())
                .matches("[0-9a-f]{16}");
        assertThat(json(Sent.with("traceparent", value), refused()).has("traceparent"))
                .isFalse();
    }

    @Test
    void anIdHasUpTo128Characters() throws Exception {
        String most = "x".repeat(128);

        assertThat(json(Sent.with("x-request-id", most), refused())
                        .get("request_id")
                        .textValue())
                .isEqualTo(most);
        assertThat(json(Sent.with("x-request-id", most + "x"), refused())
                        .get("request_id")
                        .textValue())
                .matches("[0-9a-f]{16}");
    }

    @Test
    void idsThatAreMadeDiffer() {
        LineBuffer out = new LineBuffer();
        AccessLine lines = new AccessLine(Format.LOGFMT, out, 7);
        for (int i = 0; i < 1000; i++) {
            lines.add(AccessEntry.ended(THEN, Sent.of("/"), refused()));
        }

        assertThat(StandardCharsets.US_ASCII.decode(out.bytes()).toString().lines())
                .hasSize(1000)
                .doesNotHaveDuplicates();
    }

    /** A reader of logfmt that knows what its most used ones know: bare words, and quoted ones with JSON's escapes. */
    private static Map<String, String> fields(String line) throws Exception {
        Map<String, String> fields = new HashMap<>();
        int at = 0;
        while (at < line.length()) {
            int equals = line.indexOf('=', at);
            String name = line.substring(at, equals);
            int end = equals + 1;
            if (end < line.length() && line.charAt(end) == '"') {
                end++;
                while (line.charAt(end) != '"') {
                    end += line.charAt(end) == '\\' ? 2 : 1;
                }
                end++;
                fields.put(name, new ObjectMapper().readValue(line.substring(equals + 1, end), String.class));
            } else {
                end = line.indexOf(' ', end) < 0 ? line.length() : line.indexOf(' ', end);
                fields.put(name, line.substring(equals + 1, end));
            }
            at = end + 1;
        }
        return fields;
    }
}
