// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.homing.KeyPairs;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.wire.RecordingOrigin.Script;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is agreed on before the first request, with whom, and whom it is refused. */
abstract class TlsHandshakeCase extends TlsClientCase {

    private static KeyPairs wild;
    private static KeyPairs renewed;
    private static KeyPairs person;
    private static KeyPairs stranger;

    @BeforeAll
    static void makeKeys(@TempDir Path folder) throws Exception {
        wild = KeyPairs.made(folder, "RSA", "*.wild.example.org", "named.example.org", "localhost");
        renewed = KeyPairs.made(folder, "EC", "localhost");
        person = KeyPairs.made(folder, "EC", "person");
        stranger = KeyPairs.made(folder, "EC", "stranger");
    }

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

        show(tls(List.of(renewed)));
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

    private static void awaitRejections(PlaneUnderTest plane, String... reasons) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(plane.observer().rejections()).containsExactly(reasons));
    }
}
