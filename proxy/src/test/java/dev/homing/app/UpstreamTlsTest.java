// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.homing.KeyPairs;
import dev.homing.config.UpstreamRules;
import dev.homing.wire.RawClient;
import dev.homing.wire.RecordingOrigin;
import dev.homing.wire.RecordingOrigin.Script;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PEM files that a configuration names for https backends change on their own. */
class UpstreamTlsTest {

    /** What stands before the PKCS#1 key in the PKCS#8 form of an RSA key of 2048 to 4096 bits: RFC 5958 section 2. */
    private static final int PKCS8_PREFIX = 26;

    private static KeyPairs old;
    private static KeyPairs renewed;

    @TempDir
    private Path folder;

    private final UpstreamTls tls = new UpstreamTls();
    private Path ca;
    private UpstreamRules.Tls rules;

    @BeforeAll
    static void make(@TempDir Path keys) throws Exception {
        old = KeyPairs.made(keys, "EC", "localhost");
        renewed = KeyPairs.made(keys, "RSA", "localhost");
    }

    @BeforeEach
    void configure() throws Exception {
        ca = Files.writeString(folder.resolve("ca.pem"), old.certificatePem());
        rules = new UpstreamRules.Tls(ca, null, null);
    }

    @Test
    void aFileThatSaysTheSameKeepsItsContext() throws Exception {
        SslContext before = tls.context(rules);
        Files.writeString(ca, old.certificatePem());

        Renewal again = tls.read(List.of(rules));
        again.use().run();

        assertThat(again.changes()).isFalse();
        assertThat(tls.context(rules)).isSameAs(before);
    }

    @Test
    void aFileThatWasReplacedIsTakenWhenToldAndNotBefore() throws Exception {
        SslContext before = tls.context(rules);
        Files.writeString(ca, renewed.certificatePem());

        assertThat(tls.context(rules)).isSameAs(before);
        Renewal renewal = tls.read(List.of(rules));
        assertThat(renewal.changes()).isTrue();
        renewal.use().run();
        assertThat(tls.context(rules)).isNotSameAs(before);
    }

    @Test
    void aFileThatCannotBeUsedChangesNothing() throws Exception {
        Path missing = folder.resolve("other.pem");
        UpstreamRules.Tls other = new UpstreamRules.Tls(missing, null, null);
        SslContext before = tls.context(rules);
        Files.writeString(ca, renewed.certificatePem());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> tls.read(List.of(rules, other)))
                .withMessage("upstream_tls: " + missing + ": no such file");
        Files.writeString(missing, "nothing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tls.read(List.of(rules, other)))
                .withMessage(
                        "upstream_tls: " + missing + ": no certificate (expected: PEM, -----BEGIN CERTIFICATE-----)");

        assertThat(tls.context(rules)).isSameAs(before);
    }

    @Test
    void anOwnKeyMayBeInAnOlderFormat() throws Exception {
        byte[] pkcs8 = renewed.key().getEncoded();
        String pkcs1 = KeyPairs.pem("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, PKCS8_PREFIX, pkcs8.length));
        Path certificate = Files.writeString(folder.resolve("own.pem"), renewed.certificatePem());
        Path key = Files.writeString(folder.resolve("key.pem"), pkcs1);

        assertThat(tls.context(new UpstreamRules.Tls(null, certificate, key)).isClient())
                .isTrue();
    }

    @Test
    void anOwnKeyThatIsAnothersIsRefused() throws Exception {
        Path certificate = Files.writeString(folder.resolve("own.pem"), renewed.certificatePem());
        Path key = Files.writeString(folder.resolve("key.pem"), old.keyPem());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> tls.read(List.of(new UpstreamRules.Tls(ca, certificate, key))))
                .withMessage("upstream_tls: " + key + ": not the key of the certificate in " + certificate);
    }

    @Test
    void aProxyThatRunsTrustsARenewedAuthorityAsSoonAsItsFileSaysSo() throws Exception {
        Script ok = Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        try (RecordingOrigin origin = RecordingOrigin.running(renewed.server(), ok)) {
            Path file = Files.writeString(folder.resolve("homing.yaml"), """
                    listen: 127.0.0.1:0
                    admin: none
                    health: {interval: 100ms}
                    backends: [{id: a, url: "https://localhost:%d"}]
                    upstream_tls: {ca: %s}
                    """.formatted(
                            origin.address().getPort(), ca));
            try (RunningHoming homing = RunningHoming.watching(file, Duration.ofMillis(50))) {
                assertThat(status(homing.clients())).isEqualTo("HTTP/1.1 503 Service Unavailable");

                Files.writeString(ca, renewed.certificatePem());

                await().atMost(Duration.ofSeconds(20)).until(() -> "HTTP/1.1 200 OK".equals(status(homing.clients())));
            }
        }
    }

    private static @Nullable String status(URI homing) throws Exception {
        try (RawClient client = RawClient.to(new InetSocketAddress(homing.getHost(), homing.getPort()))) {
            String head = client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n").until("\r\n\r\n");
            return head.lines().findFirst().orElse(null);
        }
    }
}
