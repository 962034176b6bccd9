// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.homing.KeyPairs;
import dev.homing.frontend.Door;
import dev.homing.frontend.Tls;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.wire.RecordingOrigin.Script;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that speak TLS: what holds in the clear holds there, and a connection's end says whether it was meant. */
abstract class TlsClientCase extends WireCase {

    private static final int LARGE = 3_000_000;

    private static KeyPairs first;
    private static KeyPairs wild;
    private static KeyPairs renewed;
    private static KeyPairs person;
    private static KeyPairs stranger;

    /** What {@link #plane} shows; the test may change it. */
    private volatile Tls shown;

    @BeforeAll
    static void makeKeys(@TempDir Path folder) throws Exception {
        first = KeyPairs.made(folder, "EC", "localhost", "first.example.org");
        wild = KeyPairs.made(folder, "RSA", "*.wild.example.org", "named.example.org", "localhost");
        renewed = KeyPairs.made(folder, "EC", "localhost");
        person = KeyPairs.made(folder, "EC", "person");
        stranger = KeyPairs.made(folder, "EC", "stranger");
    }

    abstract SslProvider provider();

    private Tls tls(List<KeyPairs> own, KeyPairs... clients) throws Exception {
        List<Tls.Identity> identities =
                own.stream().map(TlsClientCase::identity).toList();
        List<X509Certificate> authorities =
                Arrays.stream(clients).map(TlsClientCase::certificate).toList();
        return Tls.of(provider(), identities, authorities);
    }

    private static Tls.Identity identity(KeyPairs keys) {
        try {
            return new Tls.Identity(keys.key(), List.of(keys.certificate()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static X509Certificate certificate(KeyPairs keys) {
        return identity(keys).chain().get(0);
    }

    private PlaneUnderTest secured(RecordingOrigin origin, Tls tls) {
        shown = tls;
        return opened(
                PlaneUnderTest.open(io, configs.generation(List.of(origin.address())), new Door(() -> shown, false)));
    }

    private PlaneUnderTest secured(RecordingOrigin origin) throws Exception {
        return secured(origin, tls(List.of(first)));
    }

    private SSLSocket socket(PlaneUnderTest plane, SSLContext context) throws Exception {
        Socket wire = opened(new Socket());
        wire.setTcpNoDelay(true);
        wire.setReceiveBufferSize(64 * 1024);
        wire.connect(plane.address(), 10_000);
        return (SSLSocket) context.getSocketFactory()
                .createSocket(wire, "localhost", plane.address().getPort(), true);
    }

    private RawClient speaking(PlaneUnderTest plane) throws Exception {
        return opened(RawClient.over(socket(plane, KeyPairs.client(null, first))));
    }

    private static void awaitRejections(PlaneUnderTest plane, String... reasons) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(plane.observer().rejections()).containsExactly(reasons));
    }

    // ---- the handshake

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3,TLS_AES_128_GCM_SHA256",
        "TLSv1.3,TLS_CHACHA20_POLY1305_SHA256",
        "TLSv1.2,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLSv1.2,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLSv1.2,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
    })
    void modernVersionsAndCiphersAreSpokenAndBackendsAreToldSo(String version, String cipher) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        SSLSocket socket = socket(secured(origin), KeyPairs.client(null, first));
        socket.setEnabledProtocols(new String[] {version});
        socket.setEnabledCipherSuites(new String[] {cipher});
        RawClient client = opened(RawClient.over(socket));

        assertThat(client.send(GET).response().body()).isEqualTo("ok");
        assertThat(client.send(GET).response().body()).isEqualTo("ok");

        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
        assertThat(origin.conversation(0).received()).contains("X-Forwarded-Proto: https\r\n");
    }

    @Test
    void ciphersWithoutAuthenticatedEncryptionAreRefused() throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));
        SSLSocket socket = socket(plane, KeyPairs.client(null, first));
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        socket.setEnabledCipherSuites(
                new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"});

        assertThatExceptionOfType(SSLException.class).isThrownBy(socket::startHandshake);

        awaitRejections(plane, "tls");
    }

    /** The JDK's clients do not speak it any more, so the hello is made by hand. */
    @Test
    void versionsBefore12AreRefused() throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));
        byte[] hello = HexFormat.of()
                .parseHex("160302002f" + "0100002b" + "0302" + "5a".repeat(32) + "00" + "0004c009c00a" + "0100");

        String answer = client(plane).send(hello).toEnd();

        assertThat(answer.charAt(0)).as("alert").isEqualTo((char) 21);
        assertThat(answer).as("fatal, protocol_version").endsWith("\2" + (char) 70);
        awaitRejections(plane, "tls");
    }

    @Test
    void http11IsAgreedOnWithClientsThatOfferMore() throws Exception {
        SSLSocket socket = socket(secured(origin(Script.answering(OK))), KeyPairs.client(null, first));
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"spdy/3", "http/1.1"});
        socket.setSSLParameters(parameters);
        RawClient client = opened(RawClient.over(socket));

        assertThat(client.send(GET).response().status()).isEqualTo(200);
        assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
    }

    @Test
    void http2IsAgreedOnWithClientsThatOfferIt() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        HttpClient client = http2();
        PlaneUnderTest plane = secured(origin);

        for (int i = 0; i < 3; i++) {
            HttpResponse<byte[]> response =
                    client.send(posting(plane, "hello".getBytes(ISO_8859_1)), BodyHandlers.ofByteArray());

            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body()).asString(ISO_8859_1).isEqualTo("ok");
        }
        assertThat(origin.conversation(0).received())
                .contains("X-Forwarded-Proto: https\r\n", "Via: 2.0 " + Configs.VIA + "\r\n")
                .contains("\r\n\r\nhello");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> plane.observer().connections(Side.CLIENT, ConnectionState.IDLE) == 1);
    }

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
    void anHttp2ConnectionSaysGoodbyeWhenDraining() throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));
        http2().send(posting(plane, new byte[1]), BodyHandlers.ofByteArray());

        plane.frontend().drain();

        assertThat(plane.frontend().drained().awaitUninterruptibly(10_000)).isTrue();
    }

    private HttpClient http2() throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(KeyPairs.client(null, first))
                .build();
    }

    private static HttpRequest posting(PlaneUnderTest plane, byte[] body) {
        return HttpRequest.newBuilder(
                        URI.create("https://localhost:" + plane.address().getPort() + "/x"))
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "first.example.org,0",
        "a.wild.example.org,1",
        "A.Wild.Example.ORG,1",
        "named.example.org,1",
        "wild.example.org,0",
        "a.b.wild.example.org,0",
        "localhost,0",
        "unknown.example.org,0",
        ",0"
    })
    void theCertificateIsTheOneOfTheNameThatIsAskedFor(String name, int expected) throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)), tls(List.of(first, wild)));
        SSLSocket socket = socket(plane, KeyPairs.client(null, first, wild));
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(name == null ? List.of() : List.of(new SNIHostName(name)));
        socket.setSSLParameters(parameters);

        assertThat(opened(RawClient.over(socket)).send(GET).response().status()).isEqualTo(200);
        assertThat(socket.getSession().getPeerCertificates()[0])
                .isEqualTo((expected == 0 ? first : wild).certificate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aClientWithACertificateOfTheAuthorityIsServed(String version) throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)), tls(List.of(first), person));
        SSLSocket socket = socket(plane, KeyPairs.client(person, first));
        socket.setEnabledProtocols(new String[] {version});

        assertThat(opened(RawClient.over(socket)).send(GET).response().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2,true", "TLSv1.2,false", "TLSv1.3,true", "TLSv1.3,false"})
    void aClientWithAStrangersCertificateOrNoneIsRefused(String version, boolean withOne) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = secured(origin, tls(List.of(first), person));
        SSLSocket socket = socket(plane, KeyPairs.client(withOne ? stranger : null, first));
        socket.setEnabledProtocols(new String[] {version});

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> opened(RawClient.over(socket)).send(GET).response());

        awaitRejections(plane, "tls");
        assertThat(origin.connections()).isZero();
    }

    @Test
    void newConnectionsGoByRenewedCertificatesAndOldOnesGoOn() throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));
        RawClient old = speaking(plane);
        assertThat(old.send(GET).response().status()).isEqualTo(200);

        shown = tls(List.of(renewed));
        SSLSocket socket = socket(plane, KeyPairs.client(null, renewed));

        assertThat(opened(RawClient.over(socket)).send(GET).response().status()).isEqualTo(200);
        assertThat(socket.getSession().getPeerCertificates()[0]).isEqualTo(renewed.certificate());
        assertThat(old.send(GET).response().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "16", "160301020001", "160301000401000100"})
    void aHandshakeThatTakesTooLongIsBrokenOff(String begun) throws Exception {
        configs.requestHead(Duration.ofMillis(200));
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));
        RawClient client = client(plane).send(HexFormat.of().parseHex(begun));

        assertThat(client.ends()).isTrue();

        awaitRejections(plane, "tls");
    }

    @Test
    void aHelloWithoutAnEndIsRefusedBeforeItIsHeld() throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));

        client(plane)
                .send(HexFormat.of().parseHex("160301400001ffffff" + "00".repeat(1000) + "00".repeat(16384)))
                .toEnd();

        awaitRejections(plane, "tls");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
                "\r\n\r\n\0\r\nQUIT\n"
            })
    void whatIsNoTlsIsToldSo(String bytes) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = secured(origin);
        RawClient client = client(plane);

        RawClient.Response response = client.send(bytes).response();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body()).contains("this port speaks TLS");
        assertThat(client.ends()).isTrue();
        assertThat(origin.connections()).isZero();
        awaitRejections(plane, "tls");
    }

    @Test
    void aClientThatOnlyLooksWhetherThePortIsOpenIsNotCounted() throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));

        client(plane).close();

        assertThat(speaking(plane).send(GET).response().status()).isEqualTo(200);
        assertThat(plane.observer().rejections()).isEmpty();
    }

    @Test
    void nobodyMayAskForAnotherHandshake() throws Exception {
        PlaneUnderTest plane = secured(origin(Script.answering(OK)));
        SSLSocket socket = socket(plane, KeyPairs.client(null, first));
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        RawClient client = opened(RawClient.over(socket));
        assertThat(client.send(GET).response().status()).isEqualTo(200);

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
            socket.startHandshake();
            client.send(GET).response();
        });
    }

    // ---- messages

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
