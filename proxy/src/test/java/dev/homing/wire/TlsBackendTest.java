// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.KeyPairs;
import dev.homing.health.Outcome;
import dev.homing.wire.RecordingOrigin.Script;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests to backends over TLS: what holds in the clear holds there, and nothing is told to a stranger. */
final class TlsBackendTest extends WireCase {

    private static final int LARGE = 3_000_000;

    private static KeyPairs keys;

    @BeforeAll
    static void makeKeys(@TempDir Path folder) throws Exception {
        keys = KeyPairs.localhost(folder);
    }

    private static SslContext context(boolean trusting) throws Exception {
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
        return (trusting ? builder.trustManager(keys.certificate()) : builder).build();
    }

    private RecordingOrigin secured(Script script) throws Exception {
        return opened(RecordingOrigin.running(keys.server(), script));
    }

    private PlaneUnderTest trusting(RecordingOrigin origin) throws Exception {
        configs.tls(context(true));
        return plane(named("localhost", origin));
    }

    private static InetSocketAddress named(String host, RecordingOrigin origin) throws Exception {
        return new InetSocketAddress(
                InetAddress.getByAddress(host, origin.address().getAddress().getAddress()),
                origin.address().getPort());
    }

    @Test
    void requestsAreRelayedOverOneConnectionThatStays() throws Exception {
        RecordingOrigin origin = secured(Script.answering(OK));
        RawClient client = client(trusting(origin));

        assertThat(client.send(GET).response().body()).isEqualTo("ok");
        assertThat(client.send(GET).response().body()).isEqualTo("ok");

        assertThat(origin.connections()).isEqualTo(1);
        assertThat(origin.conversation(0).received()).startsWith("GET /x HTTP/1.1\r\n");
    }

    @Test
    void everyChunkIsHandedOnAtOnce() throws Exception {
        Semaphore read = new Semaphore(0);
        RecordingOrigin origin = secured(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"));
            for (int i = 0; i < 3 && read.tryAcquire(5, TimeUnit.SECONDS); i++) {
                conversation.send("2\r\nt" + i + "\r\n");
            }
            conversation.send("0\r\n\r\n");
            conversation.drain();
        });
        RawClient client = client(trusting(origin));

        client.send(GET).until("\r\n\r\n");
        for (int i = 0; i < 3; i++) {
            read.release();
            assertThat(client.until("t" + i + "\r\n")).isEqualTo("2\r\nt" + i + "\r\n");
        }
        assertThat(client.until("0\r\n\r\n")).isEqualTo("0\r\n\r\n");
    }

    @Test
    void largeBodiesArriveWholeBothWays() throws Exception {
        byte[] body = new byte[LARGE];
        new Random(1).nextBytes(body);
        RecordingOrigin origin = secured(conversation -> {
            conversation.head();
            byte[] received = conversation.unrecorded().readNBytes(LARGE);
            conversation.send(head("HTTP/1.1 200 OK", "Content-Length: " + LARGE));
            conversation.send(received);
            conversation.drain();
        });
        RawClient client = client(trusting(origin));

        client.send(head("POST /x HTTP/1.1", "Host: h", "Content-Length: " + LARGE))
                .send(body);

        assertThat(client.response().body()).isEqualTo(new String(body, java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    @Test
    void aBodyUpToAnAnnouncedEndIsComplete() throws Exception {
        RecordingOrigin origin = secured(Script.once(head("HTTP/1.1 200 OK") + "all of it"));
        RawClient client = client(trusting(origin));

        assertThat(client.send(GET).response().body()).isEqualTo("9\r\nall of it\r\n0\r\n\r\n");
    }

    @Test
    void aBodyThatOnlyTheEndOfTheConnectionDelimitsIsCutWhenNobodyAnnouncedIt() throws Exception {
        RecordingOrigin origin = secured(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK") + "half of");
            conversation.cutWire();
        });
        PlaneUnderTest plane = trusting(origin);
        RawClient client = client(plane);

        assertThat(client.send(GET).until("half of\r\n")).contains("chunked");
        assertThat(client.ends()).isTrue();
        assertThat(plane.outcomes()).containsExactly(Outcome.RESET);
    }

    @Test
    void aBackendThatNobodyVouchesForIsToldNothing() throws Exception {
        RecordingOrigin origin = secured(Script.answering(OK));
        configs.tls(context(false));
        PlaneUnderTest plane = plane(named("localhost", origin));

        assertThat(client(plane).send(GET).response().status()).isEqualTo(502);

        assertThat(origin.conversation(0).received()).isEmpty();
        assertThat(plane.outcomes()).containsExactly(Outcome.CONNECT_FAILED);
    }

    @Test
    void aBackendOfAnotherNameIsToldNothing() throws Exception {
        RecordingOrigin origin = secured(Script.answering(OK));
        configs.tls(context(true));

        assertThat(client(plane(named("stranger", origin))).send(GET).response().status())
                .isEqualTo(502);

        assertThat(origin.conversation(0).received()).isEmpty();
    }

    @Test
    void aClientThatLeavesEndsTheConnectionToItsBackend() throws Exception {
        RecordingOrigin origin = secured(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "2\r\nt0\r\n");
            conversation.drain();
        });
        RawClient client = client(trusting(origin));

        client.send(GET).until("t0\r\n");
        client.close();

        assertThat(origin.conversation(0).isOver(2_000)).isTrue();
    }
}
