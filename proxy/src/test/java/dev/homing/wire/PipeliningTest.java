// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Several requests on one client connection. */
final class PipeliningTest extends WireCase {

    /** Answers with the target of each request. */
    private static final Script ECHO = conversation -> {
        for (Conversation.Request r = conversation.request(); r != null; r = conversation.request()) {
            String answer = r.head().split(" ", -1)[1] + r.text();
            conversation.send("HTTP/1.1 200 OK\r\nContent-Length: " + answer.length() + "\r\n\r\n" + answer);
        }
    };

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        RecordingOrigin origin = origin(ECHO);
        RawClient client = client(plane(origin));
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            requests.append("GET /").append(i).append(" HTTP/1.1\r\nHost: h\r\n\r\n");
        }

        client.send(requests.toString());

        for (int i = 0; i < 200; i++) {
            assertThat(client.response().body()).isEqualTo("/" + i);
        }
    }

    @Test
    void pipelinedBodiesReachTheirBackend() throws Exception {
        RecordingOrigin origin = origin(ECHO);
        RawClient client = client(plane(origin));

        client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                + "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
                + "POST /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n"
                + "GET /4 HTTP/1.1\r\nHost: h\r\n\r\n");

        assertThat(client.response().body()).isEqualTo("/1");
        assertThat(client.response().body()).isEqualTo("/2abc");
        assertThat(client.response().body()).isEqualTo("/3de");
        assertThat(client.response().body()).isEqualTo("/4");
    }

    @Test
    void aClientThatPipelinesAndNeverReadsIsNotReadEither() throws Exception {
        String large = "x".repeat(100_000);
        RecordingOrigin origin = origin(Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + large));
        PlaneUnderTest plane = plane(origin);
        RawClient client = opened(RawClient.to(plane.address(), 4096));
        byte[] requests = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n"
                .repeat(1000)
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);

        client.send(requests);
        Thread.sleep(500);

        int begun = plane.observer().routed().size();
        assertThat(begun).as("requests begun").isLessThan(200);
        for (int i = 0; i < 1000; i++) {
            assertThat(client.response().body()).hasSize(100_000);
        }
    }

    @Test
    void theNextRequestIsReadAfterABackPressuredResponse() throws Exception {
        String large = "x".repeat(8 << 20);
        RecordingOrigin origin =
                origin(Script.answering("HTTP/1.1 200 OK\r\nContent-Length: " + large.length() + "\r\n\r\n" + large));
        PlaneUnderTest plane = plane(origin);
        RawClient client = opened(RawClient.to(plane.address(), 4096));

        for (int i = 0; i < 3; i++) {
            client.send(GET);
            Thread.sleep(100);
            assertThat(client.response().body()).hasSize(large.length());
        }

        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void aConnectionThatAsksToCloseIsClosedAfterItsAnswer() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        RawClient.Response response = client.response();
        assertThat(response.body()).isEqualTo("ok");
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(client.ends()).isTrue();
    }

    @Test
    void anEmptyLineBetweenRequestsIsSkipped() throws Exception {
        RecordingOrigin origin = origin(ECHO);
        RawClient client = client(plane(origin));

        client.send("\r\nPOST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na\r\n");
        assertThat(client.response().body()).isEqualTo("/1a");

        client.send("\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(client.response().body()).isEqualTo("/2");
    }

    @Test
    void anIdleClientIsLetGoOf() throws Exception {
        configs.clientIdle(Duration.ofMillis(300));
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(GET).response();

        assertThat(client.silentFor(150)).isTrue();
        assertThat(client.ends()).isTrue();
    }

    @Test
    void clientConnectionsAreCountedByWhatTheyDo() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            if (go.tryAcquire(5, TimeUnit.SECONDS)) {
                conversation.send(OK);
            }
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(GET);
        origin.conversation(0);
        await().atMost(Duration.ofSeconds(5)).until(() -> clients(plane, ConnectionState.ACTIVE) == 1);
        assertThat(clients(plane, ConnectionState.IDLE)).isZero();
        go.release();
        client.response();

        await().atMost(Duration.ofSeconds(5)).until(() -> clients(plane, ConnectionState.IDLE) == 1);
        assertThat(clients(plane, ConnectionState.ACTIVE)).isZero();
    }

    @Test
    void connectionsBeyondTheLimitAreClosedAtOnce() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = opened(PlaneUnderTest.open(io, configs.generation(List.of(origin.address())), 1));
        RawClient first = client(plane);
        first.send(GET).response();

        assertThat(client(plane).ends()).isTrue();
        assertThat(plane.observer().rejections()).containsExactly("connections");
        assertThat(first.send(GET).response().status()).isEqualTo(200);
    }

    @Test
    void drainingLetsAnAnswerFinishAndClosesIdleConnectionsAtOnce() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
            if (go.tryAcquire(5, TimeUnit.SECONDS)) {
                conversation.send("0\r\n\r\n");
            }
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient idle = client(plane);
        RawClient busy = client(plane);
        busy.send(GET).until("1\r\na\r\n");
        await().atMost(Duration.ofSeconds(5)).until(() -> plane.frontend().connections() == 2);

        plane.frontend().drain();

        assertThat(idle.ends()).isTrue();
        assertThat(busy.silentFor(100)).isTrue();
        go.release();
        assertThat(busy.until("0\r\n\r\n")).isEqualTo("0\r\n\r\n");
        assertThat(busy.ends()).isTrue();
        assertThat(plane.frontend().drained().awaitUninterruptibly(5000)).isTrue();
    }

    @Test
    void aConnectionThatWasBeingAcceptedWhenDrainingBeganEndsAsWell() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        plane.whileAccepting(plane.frontend()::drain);

        assertThat(client(plane).ends()).isTrue();
        assertThat(plane.frontend().drained().awaitUninterruptibly(5000)).isTrue();
    }

    @Test
    void answersThatASlowClientHasYetToTakeAreDeliveredWhileDraining() throws Exception {
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n" + "x".repeat(30_000);
        RecordingOrigin origin = origin(Script.answering(answer));
        PlaneUnderTest plane =
                opened(PlaneUnderTest.openWithSmallBuffers(io, configs.generation(List.of(origin.address()))));
        RawClient client = opened(RawClient.to(plane.address(), 4096));
        client.send(GET + GET);
        await().atMost(Duration.ofSeconds(5))
                .until(() -> plane.observer().finished().size() == 2);

        plane.frontend().drain();

        assertThat(client.response().body()).hasSize(30_000);
        assertThat(client.response().body()).hasSize(30_000);
        assertThat(client.ends()).isTrue();
        assertThat(plane.frontend().drained().awaitUninterruptibly(5000)).isTrue();
    }

    private static int clients(PlaneUnderTest plane, ConnectionState state) {
        return plane.observer().connections(Side.CLIENT, state);
    }
}
