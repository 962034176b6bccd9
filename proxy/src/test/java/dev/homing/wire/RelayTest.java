// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.wire.RecordingOrigin.Script;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Messages that are as they should be, both ways. */
final class RelayTest extends WireCase {

    @Test
    void aGetIsAnswered() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        RawClient.Response response = client.send("GET /a/b?c=d HTTP/1.1\r\nHost: example.org\r\n\r\n")
                .response();

        assertThat(response.head()).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(response.body()).isEqualTo("ok");
        assertThat(response.header("Via")).isEqualTo("1.1 " + Configs.VIA);
        assertThat(origin.conversation(0).received())
                .isEqualTo("GET /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:"
                        + origin.address().getPort()
                        + "\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: example.org"
                        + "\r\nVia: 1.1 " + Configs.VIA + "\r\n\r\n");
    }

    @Test
    void aPostWithALengthArrivesWhole() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe")
                .send("llo");

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).received())
                .contains("Content-Length: 5\r\n")
                .endsWith("\r\n\r\nhello");
    }

    @Test
    void chunksOfARequestArriveAsTheyAreSent() throws Exception {
        Semaphore seen = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.bytes("3\r\nabc\r\n".length());
            seen.release();
            conversation.bytes("2\r\nde\r\n".length());
            seen.release();
            conversation.bytes("0\r\n\r\n".length());
            conversation.send(OK);
            conversation.drain();
        });
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        assertThat(seen.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        client.send("2;name=value\r\nde\r\n");
        assertThat(seen.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        client.send("0\r\nTrailer: x\r\n\r\n");

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).received())
                .contains("Transfer-Encoding: chunked\r\n")
                .endsWith("\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    }

    @Test
    void theHeadAndEveryChunkOfAResponseAreHandedOnAtOnceAndUnchanged() throws Exception {
        Semaphore read = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 5 && read.tryAcquire(5, TimeUnit.SECONDS); i++) {
                conversation.send("A;x=y\r\ndata: " + i + "\n\n\n\r\n");
            }
            if (read.tryAcquire(5, TimeUnit.SECONDS)) {
                conversation.send("0\r\nX-Trailer: 1\r\n\r\n");
                conversation.drain();
            }
        });
        RawClient client = client(plane(origin));

        client.send(GET);
        assertThat(client.until("\r\n\r\n")).contains("Transfer-Encoding: chunked\r\n");
        for (int i = 0; i < 5; i++) {
            read.release();
            String chunk = "A;x=y\r\ndata: " + i + "\n\n\n\r\n";
            assertThat(client.bytes(chunk.length())).isEqualTo(chunk);
        }
        read.release();
        String end = "0\r\nX-Trailer: 1\r\n\r\n";
        assertThat(client.bytes(end.length())).isEqualTo(end);
    }

    @Test
    void connectionsToBackendsAreUsedAgain() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        for (int i = 0; i < 20; i++) {
            assertThat(client.send(GET).response().body()).isEqualTo("ok");
        }

        assertThat(origin.connections()).isEqualTo(1);
        assertThat(plane.observer().connects()).isEqualTo(1);
    }
}
