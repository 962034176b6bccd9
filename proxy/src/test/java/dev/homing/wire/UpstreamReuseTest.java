// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.RetryReason;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which connections to backends are used again, and what happens when one was not good any more. */
final class UpstreamReuseTest extends WireCase {

    private static final String POST = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
            })
    void aConnectionThatTheBackendWillCloseIsNotPooled(String response) throws Exception {
        RecordingOrigin origin = origin(Script.answering(response));
        RawClient client = client(plane(origin));

        client.send(GET).response();
        client.send(GET).response();

        assertThat(origin.connections()).isEqualTo(2);
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
    }

    @Test
    void aSmallRequestIsSentInOnePiece() throws Exception {
        List<Integer> withTheHead = new CopyOnWriteArrayList<>();
        RecordingOrigin origin = origin(conversation -> {
            for (String head = conversation.head(); head != null; head = conversation.head()) {
                withTheHead.add(conversation.atHand());
                conversation.body(head);
                conversation.send(OK);
            }
        });
        RawClient client = client(plane(origin));

        for (int i = 0; i < 50; i++) {
            client.send(POST).response();
        }

        assertThat(withTheHead).hasSize(50).containsOnly("hello".length());
    }

    static Stream<ArgumentSet> surpluses() {
        return Stream.of(
                argumentSet(
                        "another answer behind an answer",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
                argumentSet("an empty line behind an answer", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\r\n"),
                argumentSet(
                        "a letter behind the last chunk",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nx"),
                argumentSet(
                        "another answer behind a 204",
                        "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
                argumentSet("half an answer behind a 204", "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200"),
                argumentSet(
                        "a letter behind an answer without a body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nH"),
                argumentSet("a body behind a 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody"));
    }

    @ParameterizedTest
    @MethodSource("surpluses")
    void bytesAfterAResponseAreDroppedAndTheirConnectionIsClosed(String response) throws Exception {
        RecordingOrigin origin = origins(n -> n == 0 ? Script.answering(response) : Script.answering(OK));
        RawClient client = client(plane(origin));

        String body = !response.contains("ok") ? "" : response.contains("chunked") ? "2\r\nok\r\n0\r\n\r\n" : "ok";
        assertThat(client.send(GET + GET + GET).response().body()).isEqualTo(body);
        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(origin.conversation(0).received()).containsOnlyOnce("GET");
        assertThat(origin.connections()).isEqualTo(2);
    }

    static Stream<ArgumentSet> unasked() {
        return Stream.of(
                argumentSet("an answer that nobody asked for", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
                argumentSet("half an answer that nobody asked for", "HTT"),
                argumentSet("an empty line that nobody asked for", "\r\n"),
                argumentSet("a NUL that nobody asked for", "\0"));
    }

    @ParameterizedTest
    @MethodSource("unasked")
    void bytesOnAnIdleConnectionEndIt(String unasked) throws Exception {
        configs.upstreamIdle(Duration.ofMinutes(1));
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.request();
                    conversation.send(OK);
                    if (go.tryAcquire(5, TimeUnit.SECONDS)) {
                        conversation.send(unasked);
                    }
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(GET).response();

        go.release();

        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(client.send(GET).response().body()).isEqualTo("ok");
    }

    @Test
    void aPooledConnectionThatTheBackendClosedIsNotUsed() throws Exception {
        RecordingOrigin origin = origins(n -> n == 0 ? Script.once(OK) : Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(POST).response();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> plane.observer().connections(Side.UPSTREAM, ConnectionState.IDLE) == 0);

        assertThat(client.send(POST).response().status()).isEqualTo(200);
        assertThat(plane.observer().retries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPooledConnectionThatBreaksAtTheMomentOfReuseCostsTheClientNothing(boolean reset) throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.request();
                    conversation.send(OK);
                    conversation.bytes(1);
                    if (reset) {
                        conversation.reset();
                    }
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(POST).response();

        client.send(POST);

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.conversation(1).received())
                .contains("Content-Length: 5\r\n")
                .endsWith("\r\n\r\nhello");
        assertThat(plane.observer().retries()).containsExactly(RetryReason.STALE);
        assertThat(plane.outcomes()).isEmpty();
        assertThat(origin.connections()).isEqualTo(2);
    }

    @Test
    void aBodyThatComesWhileItsPooledConnectionBreaksIsWholeAllTheSame() throws Exception {
        Semaphore broken = new Semaphore(0);
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.request();
                    conversation.send(OK);
                    conversation.head();
                    conversation.bytes(3);
                    conversation.reset();
                    broken.release();
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(GET).response();

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\nabc");
        assertThat(broken.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        String rest = "0123456789".repeat(1000).substring(3);
        client.send(rest.substring(0, 5000));
        client.send(rest.substring(5000));

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.conversation(1).received()).endsWith("\r\n\r\nabc" + rest);
    }

    @Test
    void aReusedConnectionThatBeganToAnswerIsNotReplayed() throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.request();
                    conversation.send(OK);
                    conversation.request();
                    conversation.send("HTT");
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(GET).response();

        assertThat(client.send(POST).response().status()).isEqualTo(502);
        assertThat(origin.connections()).isEqualTo(1);
        assertThat(plane.observer().retries()).isEmpty();
    }

    @Test
    void aLargeBodyDoesNotMeetAConnectionThatMayBeStale() throws Exception {
        configs.peek(100);
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));
        client.send(GET).response();

        String body = "y".repeat(101);
        client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n" + body)
                .response();

        assertThat(origin.conversation(1).received()).endsWith(body);
    }

    @Test
    void anIdleConnectionIsClosedInTime() throws Exception {
        configs.upstreamIdle(Duration.ofMillis(300));
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));
        client.send(GET).response();

        assertThat(origin.conversation(0).isOver(150)).isFalse();
        assertThat(origin.conversation(0).isOver(1000)).isTrue();
    }

    @Test
    void backendConnectionsAreCountedByWhatTheyDo() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(GET).response();

        assertThat(plane.observer().connections(Side.UPSTREAM, ConnectionState.IDLE))
                .isEqualTo(1);
        assertThat(plane.observer().connections(Side.UPSTREAM, ConnectionState.ACTIVE))
                .isZero();
    }

    @Test
    void aBackendWhoseAddressChangedStartsWithFreshConnections() throws Exception {
        RecordingOrigin before = origin(Script.answering(OK));
        RecordingOrigin after = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(before);
        RawClient client = client(plane);
        client.send(GET).response();

        plane.publish(configs.generation(java.util.List.of(after.address())));
        client.send(GET).response();

        assertThat(after.connections()).isEqualTo(1);
        assertThat(before.conversation(0).isOver(5000)).isTrue();
    }
}
