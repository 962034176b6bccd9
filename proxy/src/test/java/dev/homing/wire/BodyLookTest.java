// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.routing.Decision;
import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that are held until their body has told whose session they are. */
final class BodyLookTest extends WireCase {

    private static final String JSON = "Content-Type: application/json";
    private static final String KEYED = "{\"stream\":true,\"session_id\":\"s\"}";

    @BeforeEach
    void bodiesNameSessions() {
        configs.bodyKeys("session_id", "prompt_cache_key", "metadata.user_id");
    }

    @Test
    void anIdInTheBodyAndTheSameIdInAHeaderAreOneSession() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)), origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send(post(KEYED)).response();
        client.send(post(KEYED.replace("true", "false"))).response();
        client.send(post("{}", "X-Session-Id: s")).response();
        client.send(post("{\"metadata\":{\"user_id\":\"user_0_account__session_s\"}}"))
                .response();
        client.send(post("{\"metadata\":{\"user_id\":\"{\\\"session_id\\\":\\\"s\\\"}\"}}"))
                .response();

        assertThat(plane.observer().routed())
                .containsExactly(Decision.PLACED, Decision.PINNED, Decision.PINNED, Decision.PINNED, Decision.PINNED);
        assertThat(plane.observer().keySources())
                .containsExactly(
                        "body:session_id",
                        "body:session_id",
                        "header:x-session-id",
                        "body:metadata.user_id",
                        "body:metadata.user_id");
        assertThat(plane.sessions().size()).isEqualTo(1);
    }

    @Test
    void aHeaderGoesBeforeTheBody() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));

        client(plane).send(post(KEYED, "X-Session-Id: other")).response();

        assertThat(plane.observer().keySources()).containsExactly("header:x-session-id");
    }

    @Test
    void nothingIsSentOnBeforeTheSessionIsKnownAndThenAllOfIt() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        String body = "{\"a\":[1,2],\"prompt_cache_key\":\"p\"}";

        client.send(head("POST /x HTTP/1.1", "Host: h", JSON, "Content-Length: " + body.length()));
        for (int i = 0; i < body.length() - 1; i++) {
            client.send(body.substring(i, i + 1));
        }
        assertThat(client.silentFor(200)).isTrue();
        assertThat(origin.connections()).isZero();
        client.send("}");

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).received())
                .contains("Content-Length: " + body.length() + "\r\n")
                .endsWith("\r\n\r\n" + body);
        assertThat(plane.observer().keySources()).containsExactly("body:prompt_cache_key");
    }

    @Test
    void theRestOfABodyIsNotWaitedForWhenItsBeginningTells() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.bytes("{\"session_id\":\"s\"".length());
            conversation.send(OK);
            conversation.drain();
        });
        RawClient client = client(plane(origin));

        client.send(head("POST /x HTTP/1.1", "Host: h", JSON, "Content-Length: 100") + "{\"session_id\":\"s\"");

        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void aRequestWhoseHeaderNamesItsSessionIsNotHeld() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.send(OK);
            conversation.drain();
        });
        RawClient client = client(plane(origin));

        client.send(head("POST /x HTTP/1.1", "Host: h", JSON, "X-Session-Id: s", "Content-Length: 100"));

        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void chunksThatWereHeldArriveAsOneBody() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(head("POST /x HTTP/1.1", "Host: h", JSON, "Transfer-Encoding: chunked") + "8\r\n{\"prompt\r\n");
        client.send("10\r\n_cache_key\":\"p\"}\r\n0\r\n\r\n");

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(dechunked(origin.conversation(0).received())).isEqualTo("{\"prompt_cache_key\":\"p\"}");
        assertThat(plane.observer().keySources()).containsExactly("body:prompt_cache_key");
    }

    @Test
    void aBodyIsHeldNoFurtherThanThePeek() throws Exception {
        configs.peek(1000);
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        String late = "{\"prompt\":\"" + "x".repeat(200_000) + "\",\"session_id\":\"s\"}";
        String early = "{\"prompt_cache_key\":\"p\",\"prompt\":\"" + "x".repeat(200_000) + "\"}";

        assertThat(client.send(post(late)).response().status()).isEqualTo(200);
        assertThat(client.send(post(early)).response().status()).isEqualTo(200);

        assertThat(plane.observer().keySources()).containsExactly("none", "body:prompt_cache_key");
        plane.awaitQuiet();
        assertThat(IntStream.range(0, origin.connections())
                        .mapToObj(i -> origin.conversation(i).received())
                        .collect(Collectors.joining()))
                .contains(late)
                .endsWith(early);
    }

    @Test
    void withoutAPeekBodiesAreNotLookedAt() throws Exception {
        configs.peek(0);
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));

        assertThat(client(plane).send(post(KEYED)).response().status()).isEqualTo(200);

        assertThat(plane.observer().keySources()).containsExactly("none");
    }

    @Test
    void whatCannotBeReadGoesOnUntouched() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        List<String> requests = List.of(
                post("{\"prompt_cache_key\":\"p\" \"x\":1}"),
                post("{\"prompt_cache_key\":\"p\""),
                post("session_id=s"),
                post("[" + KEYED + "]"),
                post("{\"messages\":[{\"content\":\"{\\\"session_id\\\":\\\"s\\\"}\"}]}"),
                post(""),
                post(KEYED, "Content-Encoding: gzip"),
                post(KEYED).replace("application/json", "text/plain"),
                post(KEYED).replace(JSON + "\r\n", ""),
                GET);

        for (String request : requests) {
            assertThat(client.send(request).response().status()).as(request).isEqualTo(200);
        }

        assertThat(plane.observer().routed()).hasSameSizeAs(requests).containsOnly(Decision.NO_SESSION);
        assertThat(requests)
                .allSatisfy(request -> assertThat(origin.conversation(0).received())
                        .contains(request.substring(request.indexOf("\r\n\r\n"))));
    }

    @Test
    void theTypeMayHaveParametersAndAnyCase() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send(post(KEYED).replace("application/json", "Application/JSON ; charset=utf-8"))
                .response();
        client.send(post(KEYED, "Content-Encoding: identity")).response();

        assertThat(plane.observer().keySources()).containsExactly("body:session_id", "body:session_id");
    }

    @Test
    void aClientThatWaitsIsToldToSendAndTheBackendIsNotAsked() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));
        String request = post(KEYED, "Expect: 100-continue");
        int body = request.indexOf("\r\n\r\n") + 4;

        client.send(request.substring(0, body));
        assertThat(client.response().status()).isEqualTo(100);
        assertThat(origin.connections()).isZero();
        client.send(request.substring(body));

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).received()).doesNotContain("Expect").endsWith(KEYED);
        assertThat(client.send(GET).response().status()).isEqualTo(200);
    }

    @Test
    void anHttp10ClientIsNotToldToSend() throws Exception {
        RawClient client = client(plane(origin(Script.answering(OK))));

        client.send(post(KEYED, "Expect: 100-continue").replace("HTTP/1.1", "HTTP/1.0"));

        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void aClientThatLeavesTakesWhatIsHeldWithIt() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(
                head("POST /x HTTP/1.1", "Host: h", JSON, "Content-Length: 90000") + "{\"x\":\"" + "x".repeat(50_000));

        assertThat(client.silentFor(100)).isTrue();
        client.close();

        await().until(() -> plane.observer().aborts().size() == 1);
        assertThat(plane.observer().aborts()).containsExactly(AbortPhase.QUEUE);
        assertThat(plane.observer().routed()).isEmpty();
        assertThat(origin.connections()).isZero();
        assertThat(plane.sessions().size()).isZero();
    }

    @Test
    void aClientThatFallsSilentIsTold() throws Exception {
        configs.requestBody(Duration.ofMillis(200));
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send(head("POST /x HTTP/1.1", "Host: h", JSON, "Content-Length: 90") + "{");

        assertThat(client.response().status()).isEqualTo(408);
        assertThat(client.ends()).isTrue();
        assertThat(plane.observer().rejections()).containsExactly("request_timeout");
    }

    @Test
    void aSlowClientHasItsTimeForEachPart() throws Exception {
        configs.requestBody(Duration.ofMillis(400));
        RawClient client = client(plane(origin(Script.answering(OK))));
        client.send(head("POST /x HTTP/1.1", "Host: h", JSON, "Content-Length: " + KEYED.length()));

        for (int i = 0; i < KEYED.length(); i += 6) {
            assertThat(client.silentFor(150)).isTrue();
            client.send(KEYED.substring(i, Math.min(i + 6, KEYED.length())));
        }

        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void aBodyBeyondItsLimitIsRefusedWhileItIsHeld() throws Exception {
        configs.body(100);
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send(head("POST /x HTTP/1.1", "Host: h", JSON, "Transfer-Encoding: chunked") + "65\r\n{"
                + " ".repeat(100) + "\r\n");

        assertThat(client.response().status()).isEqualTo(413);
        assertThat(plane.observer().rejections()).containsExactly("body_too_large");
    }

    @Test
    void aBodyThatBreaksItsFramingIsRefusedWhileItIsHeld() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send(head("POST /x HTTP/1.1", "Host: h", JSON, "Transfer-Encoding: chunked") + "1\r\n{\r\nzz\r\n");

        assertThat(client.response().status()).isEqualTo(400);
        assertThat(plane.observer().rejections()).containsExactly("malformed_request");
    }

    @Test
    void pipelinedRequestsAreLookedAtOneByOne() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        String other = "{\"prompt_cache_key\":\"other\"}";

        client.send(post(KEYED) + post(other) + GET + post(KEYED));

        for (int i = 0; i < 4; i++) {
            assertThat(client.response().status()).isEqualTo(200);
        }
        assertThat(plane.observer().keySources())
                .containsExactly("body:session_id", "body:prompt_cache_key", "none", "body:session_id");
        assertThat(plane.observer().routed())
                .containsExactly(Decision.PLACED, Decision.PLACED, Decision.NO_SESSION, Decision.PINNED);
    }

    @Test
    void whatWasHeldIsSentAgainToAnotherBackend() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(RecordingOrigin.nowhere(), RecordingOrigin.nowhere(), origin.address());
        RawClient client = client(plane);

        for (int i = 0; i < 6; i++) {
            String body = "{\"session_id\":\"" + i + "\"}";
            assertThat(client.send(post(body)).response().status()).isEqualTo(200);
            assertThat(origin.conversation(0).received()).endsWith(body);
        }

        assertThat(plane.observer().retries()).isNotEmpty();
    }

    @Test
    void aBackendThatIsOutIsToldOnceTheSessionIsKnown() throws Exception {
        PlaneUnderTest plane = plane(RecordingOrigin.nowhere());

        assertThat(client(plane).send(post(KEYED)).response().status()).isEqualTo(502);
        assertThat(plane.observer().routed()).containsExactly(Decision.PLACED);
    }

    @Test
    void equalIdsUnderDifferentCredentialsAreDifferentSessions() throws Exception {
        configs.byCredential();
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send(post(KEYED, "Authorization: Bearer 1")).response();
        client.send(post("{}", "X-Session-Id: s", "Authorization: Bearer 1")).response();
        client.send(post(KEYED, "Authorization: Bearer 2")).response();
        client.send(post(KEYED, "x-api-key: 1")).response();
        client.send(post(KEYED)).response();

        assertThat(plane.observer().routed())
                .containsExactly(Decision.PLACED, Decision.PINNED, Decision.PLACED, Decision.PLACED, Decision.PLACED);
    }

    @Test
    void promptsMakeTheSessionsOfRequestsThatNameNone() throws Exception {
        configs.sessionsByPrefix();
        PlaneUnderTest plane = plane(origin(Script.answering(OK)), origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send(chat("U")).response();
        client.send(chat("U", "A", "U2")).response();
        client.send(chat("V")).response();
        client.send(withId(chat("U"), "s")).response();
        client.send(chat("U").replace("/v1/chat/completions", "/v1/embeddings")).response();

        assertThat(plane.observer().keySources())
                .containsExactly("prefix", "prefix", "prefix", "body:session_id", "none");
        assertThat(plane.observer().routed())
                .containsExactly(
                        Decision.PLACED, Decision.PINNED, Decision.PLACED, Decision.PLACED, Decision.NO_SESSION);
    }

    @Test
    void newSessionsOverOneDocumentBeginTogether() throws Exception {
        configs.homesByPrefix();
        List<RecordingOrigin> origins =
                Stream.generate(() -> origin(Script.answering(OK))).limit(3).toList();
        PlaneUnderTest plane = plane(origins.toArray(RecordingOrigin[]::new));
        RawClient client = client(plane);
        String document = "lorem ipsum ".repeat(800);

        for (int i = 0; i < 12; i++) {
            String request = chat(document + i);
            String id = "id" + i;
            client.send(
                            i % 2 == 0
                                    ? request.replace("\r\n\r\n", "\r\nX-Session-Id: " + id + "\r\n\r\n")
                                    : withId(request, id))
                    .response();
        }

        assertThat(plane.observer().routed()).hasSize(12).containsOnly(Decision.PLACED);
        assertThat(places(plane)).hasSize(1);
    }

    @Test
    void aPinnedSessionIsNotHeldForItsHome() throws Exception {
        configs.homesByPrefix();
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send(OK);
            conversation.head();
            conversation.send(OK);
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        String request = chat("U").replace("\r\n\r\n", "\r\nX-Session-Id: s\r\n\r\n");

        client.send(request).response();
        client.send(request.substring(0, request.indexOf("\r\n\r\n") + 4));

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(plane.observer().routed()).containsExactly(Decision.PLACED, Decision.PINNED);
    }

    /** The slots where sessions are. */
    private static Set<Integer> places(PlaneUnderTest plane) {
        return IntStream.range(0, 3)
                .filter(slot -> plane.sessions().sessions(slot) > 0)
                .boxed()
                .collect(Collectors.toSet());
    }

    private static String withId(String request, String id) {
        String body = "{\"session_id\":\"" + id + "\"," + request.substring(request.indexOf("\r\n\r\n") + 5);
        return postTo("/v1/chat/completions", body);
    }

    /** A chat in which user and assistant speak in turn. */
    private static String chat(String... texts) {
        String messages = IntStream.range(0, texts.length)
                .mapToObj(i ->
                        "{\"role\":\"" + (i % 2 == 0 ? "user" : "assistant") + "\",\"content\":\"" + texts[i] + "\"}")
                .collect(Collectors.joining(","));
        return postTo("/v1/chat/completions", "{\"model\":\"m\",\"messages\":[" + messages + "]}");
    }

    private static String postTo(String path, String body) {
        return post(body).replace("/x", path);
    }

    private static String post(String body, String... headers) {
        String[] lines = Stream.concat(
                        Stream.of("POST /x HTTP/1.1", "Host: h", JSON, "Content-Length: " + body.length()),
                        Stream.of(headers))
                .toArray(String[]::new);
        return head(lines) + body;
    }

    /** A body without its chunk framing. */
    private static String dechunked(String message) {
        StringBuilder body = new StringBuilder();
        int at = message.indexOf("\r\n\r\n") + 4;
        while (true) {
            int line = message.indexOf("\r\n", at);
            int size = Integer.parseInt(message.substring(at, line), 16);
            if (size == 0) {
                return body.toString();
            }
            body.append(message, line + 2, line + 2 + size);
            at = line + 4 + size;
        }
    }
}
