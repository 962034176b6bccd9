// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.observe.ProxyObserver.AbortPhase;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A client that leaves frees its backend at once, because that is what stops the GPU. */
final class ClientGoneTest extends WireCase {

    private static final long AT_ONCE = 1000;

    @Test
    void leavingInThePrefillClosesTheBackendsConnection() throws Exception {
        Semaphore asked = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            asked.release();
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(GET);
        assertThat(asked.tryAcquire(5, TimeUnit.SECONDS)).isTrue();

        client.close();

        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        plane.awaitQuiet();
        assertThat(plane.observer().aborts()).containsExactly(AbortPhase.PREFILL);
        assertThat(plane.observer().finished().get(0).clientGone()).isTrue();
        assertThat(plane.outcomes()).isEmpty();
    }

    @Test
    void leavingInTheStreamClosesTheBackendsConnection() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(GET).until("hello");

        client.close();

        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        plane.awaitQuiet();
        assertThat(plane.observer().aborts()).containsExactly(AbortPhase.STREAM);
        assertThat(plane.outcomes()).isEmpty();
    }

    @Test
    void leavingInTheMiddleOfAnUploadClosesTheBackendsConnection() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        await().until(() -> origin.conversation(0).received().endsWith("abc\r\n"));

        client.close();

        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        assertThat(origin.conversation(0).received()).endsWith("abc\r\n");
    }

    @Test
    void leavingWhileTheBackendIsConnectedToLeavesNoConnectionBehind() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            List<Socket> fillers = fill(full);
            configs.connect(Duration.ofSeconds(60));
            PlaneUnderTest plane = plane(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()));
            RawClient client = client(plane);
            client.send(GET);
            await().atMost(Duration.ofSeconds(5)).until(() -> plane.inflight(0) == 1);

            client.close();

            await().atMost(Duration.ofMillis(AT_ONCE)).until(() -> plane.inflight(0) == 0);
            plane.awaitQuiet();
            assertThat(plane.observer().aborts()).containsExactly(AbortPhase.QUEUE);
            for (Socket filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void aClientThatEndsItsSideHasLeftAndTheBackendIsNeverHalfClosed() throws Exception {
        Semaphore asked = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            asked.release();
            conversation.drain();
            conversation.send("x".repeat(1 << 20));
        });
        PlaneUnderTest plane = plane(origin);
        Socket client =
                opened(new Socket(plane.address().getAddress(), plane.address().getPort()));
        client.getOutputStream().write(GET.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertThat(asked.tryAcquire(5, TimeUnit.SECONDS)).isTrue();

        client.shutdownOutput();

        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        plane.awaitQuiet();
    }

    @Test
    void whoEndsItsSideDoesNotTakeHalfAnAnswerForAWholeOne() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
            conversation.drain();
        });
        RawClient client = client(plane(origin));
        client.send("GET /x HTTP/1.0\r\n\r\n");
        client.until("half");

        client.endOutput();

        assertThat(client.ending()).isEqualTo("reset");
    }

    @Test
    void aPausedStreamIsNeverHalfClosedTowardsItsBackend() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            boolean ended = true;
            try {
                conversation.peekFor(300);
            } catch (java.net.SocketTimeoutException e) {
                ended = false;
            }
            conversation.send(ended ? "5\r\nended\r\n0\r\n\r\n" : "4\r\nopen\r\n0\r\n\r\n");
            go.release();
            conversation.drain();
        });
        RawClient client = client(plane(origin));

        assertThat(client.send(GET).response().body()).contains("open");
        assertThat(go.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aClientThatPipelinesAndLeavesFreesItsBackend() throws Exception {
        Semaphore asked = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            asked.release();
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(GET.repeat(20));
        assertThat(asked.tryAcquire(5, TimeUnit.SECONDS)).isTrue();

        client.close();

        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        plane.awaitQuiet();
        assertThat(plane.observer().routed()).hasSize(1);
    }

    @Test
    void theNextClientIsServedAfterManyHaveLeft() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            Conversation.Request request = conversation.request();
            if (request != null && request.head().startsWith("GET /good")) {
                conversation.send(OK);
            }
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(client(plane).send(GET));
        }
        for (RawClient client : clients) {
            client.close();
        }

        assertThat(client(plane)
                        .send("GET /good HTTP/1.1\r\nHost: h\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(200);
    }

    /** Connections that fill the queue of a server that does not accept, so that the next one hangs. */
    private static List<Socket> fill(ServerSocket server) throws Exception {
        List<Socket> fillers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 200);
                fillers.add(socket);
            } catch (java.net.SocketTimeoutException e) {
                socket.close();
                return fillers;
            }
        }
        return fillers;
    }
}
