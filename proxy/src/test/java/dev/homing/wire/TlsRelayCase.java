// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.KeyPairs;
import dev.homing.wire.RecordingOrigin.Script;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds in the clear holds over TLS, and a connection's end says whether it was meant. */
abstract class TlsRelayCase extends TlsClientCase {

    private static final int LARGE = 3_000_000;

    @Test
    void largeBodiesArriveWholeBothWaysOverHttp2() throws Exception {
        byte[] body = new byte[LARGE];
        new Random(1).nextBytes(body);
        PlaneUnderTest plane = secured(origin(conversation -> {
            conversation.head();
            byte[] received = conversation.unrecorded().readNBytes(LARGE);
            conversation.send(head("HTTP/1.1 200 OK", "Content-Length: " + LARGE));
            conversation.send(received);
            conversation.drain();
        }));

        HttpResponse<byte[]> response = http2().send(posting(plane, body), BodyHandlers.ofByteArray());

        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.body()).isEqualTo(body);
    }

    @Test
    void anHttp2ConnectionEndsWhenDraining() throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));
        http2().send(posting(plane, new byte[1]), BodyHandlers.ofByteArray());

        plane.frontend().drain();

        assertThat(plane.frontend().drained().awaitUninterruptibly(10_000)).isTrue();
    }

    @Test
    void largeBodiesArriveWholeBothWays() throws Exception {
        byte[] body = new byte[LARGE];
        new Random(1).nextBytes(body);
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            byte[] received = conversation.unrecorded().readNBytes(LARGE);
            conversation.send(head("HTTP/1.1 200 OK", "Content-Length: " + LARGE));
            conversation.send(received);
            conversation.drain();
        });
        RawClient client = speaking(secured(origin));

        client.send(head("POST /x HTTP/1.1", "Host: h", "Content-Length: " + LARGE))
                .send(body);

        assertThat(client.response().body()).isEqualTo(new String(body, ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSwitchedProtocolPassesAndItsEndSaysWhetherItWasMeant(boolean meant) throws Exception {
        RecordingOrigin origin = origin(UpgradeTest.switching(conversation -> {
            conversation.send(conversation.bytes(LARGE));
            if (!meant) {
                conversation.reset();
            }
        }));
        PlaneUnderTest plane = secured(origin);
        RawClient client = speaking(plane);
        byte[] said = new byte[LARGE];
        new Random(4).nextBytes(said);

        assertThat(client.send(UpgradeTest.HANDSHAKE).response().status()).isEqualTo(101);
        assertThat(origin.conversation(0).received())
                .contains("X-Forwarded-Proto: https\r\n", "Upgrade: websocket\r\n");
        Thread talker = new Thread(() -> {
            try {
                client.send(said);
            } catch (IOException e) {
                // The other side did not get all of it, and says nothing.
            }
        });
        talker.start();
        String heard = meant ? client.bytes(LARGE) : "";
        talker.join(10_000);

        assertThat(heard).isEqualTo(meant ? new String(said, ISO_8859_1) : "");
        assertThat(client.ending()).isEqualTo(meant ? "end" : "reset");
        plane.awaitQuiet();
        assertThat(plane.observer().finished().get(0).status()).isEqualTo(101);
    }

    @Test
    void aClientThatDoesNotReadSlowsItsBackendDownAndGetsEveryByte() throws Exception {
        byte[] block = new byte[64 * 1024];
        new Random(1).nextBytes(block);
        int blocks = 400;
        AtomicLong sent = new AtomicLong();
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK", "Content-Length: " + blocks * block.length));
            for (int i = 0; i < blocks; i++) {
                conversation.send(block);
                sent.addAndGet(block.length);
            }
            conversation.drain();
        });
        RawClient client = speaking(secured(origin));

        client.send(GET).until("\r\n\r\n");
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            long before = sent.get();
            Thread.sleep(200);
            return before > 0 && sent.get() == before;
        });

        assertThat(sent.get()).as("bytes taken from the backend").isLessThan((long) blocks * block.length);
        String expected = new String(block, ISO_8859_1);
        for (int i = 0; i < blocks; i++) {
            assertThat(client.bytes(block.length)).isEqualTo(expected);
        }
    }

    @Test
    void aBackendThatDoesNotReadSlowsItsClientDownAndGetsEveryByte() throws Exception {
        byte[] block = new byte[64 * 1024];
        int blocks = 400;
        Semaphore go = new Semaphore(0);
        AtomicLong sent = new AtomicLong();
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            go.acquire();
            int length = blocks * block.length;
            conversation.unrecorded().skipNBytes(length);
            conversation.send(OK);
            conversation.drain();
        });
        RawClient client = speaking(secured(origin));
        Thread upload = new Thread(() -> {
            try {
                client.send(head("POST /x HTTP/1.1", "Host: h", "Content-Length: " + blocks * block.length));
                for (int i = 0; i < blocks; i++) {
                    client.send(block);
                    sent.addAndGet(block.length);
                }
            } catch (IOException e) {
                sent.set(-1);
            }
        });
        upload.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            long before = sent.get();
            Thread.sleep(200);
            return before > 0 && sent.get() == before;
        });

        assertThat(sent.get()).as("bytes taken from the client").isLessThan((long) blocks * block.length);
        go.release();
        upload.join(20_000);
        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void everyChunkIsHandedOnAtOnce() throws Exception {
        Semaphore read = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"));
            for (int i = 0; i < 3 && read.tryAcquire(5, TimeUnit.SECONDS); i++) {
                conversation.send("2\r\nt" + i + "\r\n");
            }
            conversation.send("0\r\n\r\n");
            conversation.drain();
        });
        RawClient client = speaking(secured(origin));

        client.send(GET).until("\r\n\r\n");
        for (int i = 0; i < 3; i++) {
            read.release();
            assertThat(client.until("t" + i + "\r\n")).isEqualTo("2\r\nt" + i + "\r\n");
        }
        assertThat(client.until("0\r\n\r\n")).isEqualTo("0\r\n\r\n");
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = speaking(secured(origin));

        client.send(GET.repeat(200));

        for (int i = 0; i < 200; i++) {
            assertThat(client.response().body()).isEqualTo("ok");
        }
    }

    // ---- how connections end

    @Test
    void aConnectionThatIsDoneEndsWithAGoodbye() throws Exception {
        RawClient client = speaking(secured(origin(Script.answering(OK))));

        client.send(head("GET /x HTTP/1.1", "Host: h", "Connection: close"));

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(client.ending()).isEqualTo("end");
    }

    @Test
    void aBodyThatOnlyTheEndOfTheConnectionDelimitsIsCompleteWithAGoodbye() throws Exception {
        RawClient client = speaking(secured(origin(Script.once(head("HTTP/1.1 200 OK") + "all of it"))));

        client.send(head("GET /x HTTP/1.0"));

        assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(client.toEnd()).isEqualTo("all of it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.0", "HTTP/1.1"})
    void anAnswerThatBreaksEndsWithoutOne(String version) throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "4\r\nhalf\r\n");
            conversation.reset();
        });
        RawClient client = speaking(secured(origin));

        client.send(head("GET /x " + version, "Host: h"));

        client.until("half");
        assertThat(client.ending()).isEqualTo("reset");
    }

    @Test
    void aGoodbyeInTheMiddleOfAnAnswerIsNotAnswered() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "4\r\nhalf\r\n");
            conversation.drain();
        });
        RawClient client = speaking(secured(origin));
        client.send(head("GET /x HTTP/1.0", "Host: h"));
        client.until("half");

        client.endOutput();

        assertThat(client.ending()).isEqualTo("reset");
    }

    @Test
    void anAnswerToALongUploadIsNotLostToAReset() throws Exception {
        configs.body(1_000_000);
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = speaking(secured(origin));

        client.send(head("POST /x HTTP/1.1", "Host: h", "Content-Length: 10000000"));
        for (int i = 0; i < 100; i++) {
            client.send(new byte[10_000]);
        }

        RawClient.Response response = client.response();
        assertThat(response.status()).isEqualTo(413);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(client.ending()).isEqualTo("end");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatLeavesEndsTheConnectionToItsBackend(boolean withGoodbye) throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "2\r\nt0\r\n");
            conversation.drain();
        });
        PlaneUnderTest plane = secured(origin);
        Socket wire = opened(new Socket());
        wire.connect(plane.address(), 10_000);
        SSLSocket socket =
                (SSLSocket) KeyPairs.client(null, first).getSocketFactory().createSocket(wire, "localhost", 1, false);
        RawClient client = RawClient.over(socket);

        client.send(GET).until("t0\r\n");
        if (withGoodbye) {
            socket.shutdownOutput();
        } else {
            wire.close();
        }

        assertThat(origin.conversation(0).isOver(2_000)).isTrue();
        socket.close();
    }

    @Test
    void drainingEndsIdleConnectionsWithAGoodbyeAndUnfinishedHandshakesAtOnce() throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));
        RawClient idle = speaking(plane);
        assertThat(idle.send(GET).response().status()).isEqualTo(200);
        RawClient unfinished = client(plane).send(new byte[] {22, 3, 1});
        await().until(() -> plane.frontend().connections() == 2);

        plane.frontend().drain();

        assertThat(idle.ending()).isEqualTo("end");
        assertThat(unfinished.ends()).isTrue();
        assertThat(plane.observer().rejections()).isEmpty();
    }

    @Test
    void anIdleConnectionEndsWithAGoodbyeInTime() throws Exception {
        configs.clientIdle(Duration.ofMillis(200));
        RawClient client = speaking(secured(origin(Script.answering(OK))));
        assertThat(client.send(GET).response().status()).isEqualTo(200);

        assertThat(client.ending()).isEqualTo("end");
    }
}
