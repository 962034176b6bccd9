// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.homing.KeyPairs;
import dev.homing.config.Address;
import dev.homing.config.Listener;
import dev.homing.frontend.Tls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificates of listeners change on their own. */
class ListenerTlsTest {

    private static KeyPairs old;
    private static KeyPairs renewed;

    @TempDir
    private Path folder;

    private final ListenerTls tls = new ListenerTls();
    private Path certificate;
    private Path key;
    private List<Listener> listeners;

    @BeforeAll
    static void make(@TempDir Path keys) throws Exception {
        old = KeyPairs.made(keys, "EC", "localhost");
        renewed = KeyPairs.made(keys, "RSA", "localhost");
    }

    @BeforeEach
    void configure() throws Exception {
        certificate = Files.writeString(folder.resolve("cert.pem"), old.certificatePem());
        key = Files.writeString(folder.resolve("key.pem"), old.keyPem());
        listeners = List.of(listener(null));
        tls.read(listeners).use().run();
    }

    private Listener listener(Path clientCa) {
        Listener.Tls rules = new Listener.Tls(List.of(new Listener.Certificate(certificate, key)), clientCa);
        return new Listener(new Address("127.0.0.1", 8443), rules, false);
    }

    private Tls shown() {
        return tls.of(listeners.get(0).tls()).get();
    }

    @Test
    void filesThatSayTheSameAreNoRenewal() {
        Tls before = shown();

        Renewal again = tls.read(listeners);
        again.use().run();

        assertThat(again.changes()).isFalse();
        assertThat(shown()).isSameAs(before);
    }

    @Test
    void renewedFilesAreShownOnceTheyAreToBeUsed() throws Exception {
        Tls before = shown();
        Files.writeString(certificate, renewed.certificatePem());
        Files.writeString(key, renewed.keyPem());

        Renewal renewal = tls.read(listeners);

        assertThat(renewal.changes()).isTrue();
        assertThat(shown()).isSameAs(before);
        renewal.use().run();
        assertThat(shown()).isNotSameAs(before);
    }

    @Test
    void aCertificateWithoutItsKeyYetChangesNothing() throws Exception {
        Tls before = shown();
        Files.writeString(certificate, renewed.certificatePem());

        refused(listeners, key + ": not the key of the certificate in " + certificate);
        Files.writeString(certificate, KeyPairs.made(folder, "EC", "localhost").certificatePem());
        refused(listeners, key + ": not the key of the certificate in " + certificate);

        assertThat(shown()).isSameAs(before);
    }

    @Test
    void aFileThatCannotBeUsedIsNamed() throws Exception {
        Path ca = folder.resolve("ca.pem");
        refused(List.of(listener(ca)), ca + ": no such file");
        Files.writeString(ca, "nobody");
        refused(List.of(listener(ca)), ca + ": no certificate (expected: PEM, -----BEGIN CERTIFICATE-----)");
        Files.delete(key);
        refused(listeners, key + ": no such file");
    }

    @Test
    void allFilesOfAListenerAreKnownEachOnce() {
        Path ca = folder.resolve("ca.pem");

        assertThat(ListenerTls.paths(List.of(listener(ca), listener(null)))).containsExactly(certificate, key, ca);
    }

    private void refused(List<Listener> those, String why) {
        assertThatIllegalArgumentException().isThrownBy(() -> tls.read(those)).withMessage("listen: tls: " + why);
    }
}
