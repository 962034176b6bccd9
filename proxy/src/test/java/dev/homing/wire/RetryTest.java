// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.health.Outcome;
import dev.homing.observe.ProxyObserver.RetryReason;
import dev.homing.routing.Decision;
import dev.homing.wire.RecordingOrigin.Script;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent again, and to whom. */
final class RetryTest extends WireCase {

    private static final String LOADING_BODY =
            "{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}";
    private static final String SESSION =
            "POST /x HTTP/1.1\r\nHost: h\r\nX-Session-Id: s1\r\nContent-Length: 5\r\n\r\nhello";

    @Test
    void aRefusedConnectionSendsTheRequestToTheNextBackendAndBindsItsSessionThere() throws Exception {
        RecordingOrigin alive = origin(Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        InetSocketAddress dead = RecordingOrigin.nowhere();
        configs.responseHeaders();
        PlaneUnderTest plane = plane(dead, alive.address(), dead);
        RawClient client = client(plane);

        for (int i = 0; i < 20; i++) {
            String request = SESSION.replace("s1", "s" + i);
            RawClient.Response first = client.send(request).response();
            RawClient.Response again = client.send(request).response();

            assertThat(first.status()).isEqualTo(200);
            assertThat(first.header("X-Homing-Backend")).isEqualTo("b1");
            assertThat(first.header("X-Homing-Decision")).isEqualTo("placed");
            assertThat(again.header("X-Homing-Decision")).isEqualTo("pinned");
        }
        assertThat(plane.observer().retries()).contains(RetryReason.CONNECT);
        assertThat(plane.outcomes()).containsOnly(Outcome.CONNECT_FAILED);
    }

    @Test
    void whenAllRefuseTheClientGetsA502() throws Exception {
        PlaneUnderTest plane = plane(RecordingOrigin.nowhere(), RecordingOrigin.nowhere(), RecordingOrigin.nowhere());
        RawClient client = client(plane);

        for (int i = 0; i < 5; i++) {
            RawClient.Response response = client.send(SESSION).response();
            assertThat(response.status()).isEqualTo(502);
            assertThat(response.body()).contains("\"code\":\"bad_gateway\"");
        }
        assertThat(plane.observer().retries()).hasSize(10).containsOnly(RetryReason.CONNECT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: %2$d\r\nConnection: close\r\n\r\n%1$s",
                "Content-Length: %2$d\r\n\r\n%1$s",
                "Transfer-Encoding: chunked\r\n\r\n%2$x\r\n%1$s\r\n0\r\n\r\n",
                "Connection: close\r\n\r\n%1$s",
            })
    void aBackendThatIsLoadingItsModelIsPassedBy(String framing) throws Exception {
        String loading =
                "HTTP/1.1 503 Service Unavailable\r\n" + framing.formatted(LOADING_BODY, LOADING_BODY.length());
        RecordingOrigin starting = origin(Script.once(loading));
        RecordingOrigin ready = origin(Script.answering(OK));
        configs.responseHeaders();
        PlaneUnderTest plane = plane(starting, ready);
        RawClient client = client(plane);

        for (int i = 0; i < 10; i++) {
            RawClient.Response response =
                    client.send(SESSION.replace("s1", "s" + i)).response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("X-Homing-Backend")).isEqualTo("b1");
        }
        assertThat(starting.connections()).isPositive();
        assertThat(plane.observer().retries()).hasSize(starting.connections()).containsOnly(RetryReason.LOADING);
        assertThat(plane.outcomes()).containsOnly(Outcome.LOADING);
        assertThat(ready.conversation(0).received()).endsWith("\r\n\r\nhello");
    }

    @Test
    void whenAllAreLoadingTheClientIsToldToWait() throws Exception {
        String loading = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: " + LOADING_BODY.length() + "\r\n\r\n"
                + LOADING_BODY;
        PlaneUnderTest plane = plane(origin(Script.once(loading)), origin(Script.once(loading)));

        RawClient.Response response = client(plane).send(SESSION).response();

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.header("Retry-After")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nRetry-After: 7\r\n\r\nbusy",
                "Content-Length: 0\r\nRetry-After: 7\r\n\r\n",
                "Transfer-Encoding: chunked\r\nRetry-After: 7\r\n\r\n4\r\nbusy\r\n0\r\n\r\n",
                "Retry-After: 7\r\nConnection: close\r\n\r\nbusy",
            })
    void anyOther503IsTheClients(String rest) throws Exception {
        RecordingOrigin origin = origin(Script.once("HTTP/1.1 503 Service Unavailable\r\n" + rest));
        RecordingOrigin other = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin, other);
        RawClient client = client(plane);

        RawClient.Response response =
                client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n").response();

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.header("Retry-After")).isEqualTo("7");
        assertThat(response.body())
                .contains(rest.endsWith("\r\n\r\n") && rest.contains("Content-Length: 0") ? "" : "busy");
        assertThat(other.connections()).isZero();
        assertThat(plane.outcomes()).containsExactly(Outcome.BACK_PRESSURE);
    }

    @Test
    void aLong503IsRelayedWhole() throws Exception {
        String body = "b".repeat(100_000);
        RecordingOrigin origin =
                origin(Script.once("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100000\r\n\r\n" + body));

        RawClient.Response response = client(plane(origin)).send(GET).response();

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.body()).isEqualTo(body);
    }

    @Test
    void aBackendThatDiesWithTheRequestIsNotReplaced() throws Exception {
        RecordingOrigin origin = origin(conversation -> conversation.request());
        RecordingOrigin other = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin, other);
        RawClient client = client(plane);

        RawClient.Response response = client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
                .response();

        assertThat(response.status()).isEqualTo(502);
        assertThat(other.connections()).isZero();
        assertThat(origin.connections()).isEqualTo(1);
        assertThat(plane.outcomes()).containsExactly(Outcome.RESET);
    }

    @Test
    void withUnansweredABackendThatDiesWithTheRequestIsReplaced() throws Exception {
        configs.unanswered();
        RecordingOrigin origin = origin(conversation -> conversation.request());
        RecordingOrigin other = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin, other);

        RawClient.Response response = client(plane)
                .send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
                .response();

        assertThat(response.status()).isEqualTo(200);
        assertThat(other.conversation(0).received()).endsWith("hello");
        assertThat(plane.observer().retries()).containsExactly(RetryReason.UNANSWERED);
    }

    @Test
    void aBodyTooLargeToKeepIsNotSentAgain() throws Exception {
        configs.peek(1000);
        RecordingOrigin loading = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: " + LOADING_BODY.length()
                    + "\r\n\r\n" + LOADING_BODY);
            conversation.drain();
        });
        RecordingOrigin other = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(loading, other);

        RawClient.Response response = client(plane)
                .send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n" + "x".repeat(1001))
                .response();

        assertThat(response.status()).isEqualTo(503);
        assertThat(other.connections()).isZero();
    }

    @Test
    void requestsWithoutASessionTakeTurns() throws Exception {
        RecordingOrigin[] origins = {
            origin(Script.answering(OK)), origin(Script.answering(OK)), origin(Script.answering(OK))
        };
        PlaneUnderTest plane = plane(origins);
        RawClient client = client(plane);

        for (int i = 0; i < 9; i++) {
            client.send(GET).response();
        }

        for (RecordingOrigin origin : origins) {
            assertThat(origin.conversation(0).received().split("GET ", -1)).hasSize(4);
        }
        assertThat(plane.observer().routed()).containsOnly(Decision.NO_SESSION);
    }
}
