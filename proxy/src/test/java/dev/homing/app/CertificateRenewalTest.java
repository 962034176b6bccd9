// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.homing.KeyPairs;
import dev.homing.LogLines;
import dev.homing.wire.RawClient;
import dev.homing.wire.RecordingOrigin;
import dev.homing.wire.RecordingOrigin.Script;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificates of a proxy that runs are renewed: nobody is cut off, and nobody is shown half of it. */
class CertificateRenewalTest {

    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String GET = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static KeyPairs old;
    private static KeyPairs renewed;

    @TempDir
    private Path folder;

    private Path certificate;
    private Path key;
    private RecordingOrigin origin;
    private RunningHoming homing;

    @BeforeAll
    static void make(@TempDir Path keys) throws Exception {
        old = KeyPairs.made(keys, "EC", "localhost");
        renewed = KeyPairs.made(keys, "RSA", "localhost");
    }

    @BeforeEach
    void start() throws Exception {
        origin = RecordingOrigin.running(Script.answering(OK));
        certificate = Files.writeString(folder.resolve("cert.pem"), old.certificatePem());
        key = Files.writeString(folder.resolve("key.pem"), old.keyPem());
        Path file = Files.writeString(folder.resolve("homing.yaml"), """
                listen: [{address: "127.0.0.1:0", tls: {certificates: [{certificate: %s, key: %s}]}}]
                admin: none
                backends: [{id: a, url: "http://127.0.0.1:%d"}]
                """.formatted(
                        certificate, key, origin.address().getPort()));
        homing = RunningHoming.watching(file, LOOK);
    }

    @AfterEach
    void stop() {
        homing.close();
        origin.close();
    }

    private SSLSocket connect() throws Exception {
        URI address = homing.clients();
        Socket wire = new Socket(address.getHost(), address.getPort());
        return (SSLSocket) KeyPairs.client(null, old, renewed)
                .getSocketFactory()
                .createSocket(wire, "localhost", address.getPort(), true);
    }

    private Certificate shown() throws Exception {
        try (SSLSocket socket = connect()) {
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void filesThatChangeAreShownToNewClientsAndOldOnesStay() throws Exception {
        try (RawClient client = RawClient.over(connect())) {
            assertThat(client.send(GET).response().body()).isEqualTo("ok");

            Files.writeString(key, renewed.keyPem());
            Files.writeString(certificate, renewed.certificatePem());

            await().atMost(PATIENCE).until(() -> shown().equals(renewed.certificate()));
            assertThat(client.send(GET).response().body()).isEqualTo("ok");
        }
    }

    @Test
    void halfARenewalIsToldAndTheOldCertificateStaysUntilTheRestIsThere() throws Exception {
        try (LogLines log = LogLines.open()) {
            Files.writeString(certificate, renewed.certificatePem());

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(log.lines(Level.WARN))
                            .containsExactly("certificates not renewed, the old ones stay in force: listen: tls: " + key
                                    + ": not the key of the certificate in " + certificate));
            assertThat(shown()).isEqualTo(old.certificate());
            Files.writeString(key, renewed.keyPem());
            await().atMost(PATIENCE).until(() -> shown().equals(renewed.certificate()));
        }
    }

    @Test
    void aReloadTakesThemAsWellAndIsRefusedWithABrokenOne() throws Exception {
        try (LogLines log = LogLines.open()) {
            Files.writeString(certificate, "broken");
            homing.reload();

            assertThat(log.lines(Level.WARN))
                    .anyMatch(line -> line.contains("listen: tls: " + certificate + ": no certificate"));
            assertThat(shown()).isEqualTo(old.certificate());
        }
    }
}
