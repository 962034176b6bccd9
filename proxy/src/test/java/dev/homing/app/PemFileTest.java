// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.homing.KeyPairs;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and certificates as the programs that make them write them; the samples are OpenSSL's. */
class PemFileTest {

    @TempDir
    private Path folder;

    private static String sample(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(PemFileTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static PemFile file(String text) {
        return new PemFile(Path.of("some.pem"), text);
    }

    private static BigInteger secret(PrivateKey key) {
        return key instanceof ECPrivateKey curved ? curved.getS() : ((RSAPrivateKey) key).getPrivateExponent();
    }

    @ParameterizedTest
    @CsvSource({"rsa-pkcs1.pem,rsa-pkcs8.pem,RSA", "ec-sec1.pem,ec-pkcs8.pem,EC"})
    void olderFormatsHoldTheSameKeyAsNewOnes(String older, String newer, String algorithm) throws Exception {
        assertThat(secret(file(sample(older)).key()))
                .isEqualTo(secret(file(sample(newer)).key()));
        assertThat(file(sample(newer)).key().getAlgorithm()).isEqualTo(algorithm);
    }

    @Test
    void aKeyMayStandBehindItsCertificateInOneFile() throws Exception {
        KeyPairs keys = KeyPairs.localhost(folder);
        PemFile both =
                file("for people\n" + keys.certificatePem() + keys.keyPem().replace("\n", "\r\n"));

        assertThat(both.key()).isEqualTo(keys.key());
        assertThat(both.certificates()).containsExactly(keys.certificate());
    }

    @Test
    void aChainKeepsItsOrder() throws Exception {
        KeyPairs own = KeyPairs.localhost(folder);
        KeyPairs issuer = KeyPairs.made(folder, "RSA", "issuer");

        assertThat(file(own.certificatePem() + issuer.certificatePem()).certificates())
                .containsExactly(own.certificate(), issuer.certificate());
    }

    @Test
    void anEncryptedKeyIsRefusedWithTheCommandThatHelps() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(file(sample("ec-encrypted.pem"))::key)
                .withMessage("some.pem: an encrypted key (expected: one without a password, as made by: "
                        + "openssl pkcs8 -topk8 -nocrypt -in some.pem -out NEW.pem)");
        assertThatIllegalArgumentException()
                .isThrownBy(file("""
                        -----BEGIN RSA PRIVATE KEY-----
                        Proc-Type: 4,ENCRYPTED

                        AAAA
                        -----END RSA PRIVATE KEY-----
                        """)::key)
                .withMessageStartingWith("some.pem: an encrypted key ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA"})
    void aFileWithoutAKeyIsNamed(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(file(text)::key)
                .withMessage("some.pem: no private key (expected: PEM, -----BEGIN PRIVATE KEY-----)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"})
    void aKeyThatIsCutOffAnywhereIsRefusedInWords(String label) throws Exception {
        String whole = sample(
                switch (label) {
                    case "RSA PRIVATE KEY" -> "rsa-pkcs1.pem";
                    case "EC PRIVATE KEY" -> "ec-sec1.pem";
                    default -> "rsa-pkcs8.pem";
                });
        String body = whole.substring(whole.lastIndexOf("-----BEGIN"));
        byte[] der = Base64.getMimeDecoder().decode(body.replaceAll("-----.*-----", ""));
        for (int length = 0; length < der.length; length += 7) {
            String cut = KeyPairs.pem(label, java.util.Arrays.copyOf(der, length));
            assertThatIllegalArgumentException()
                    .as("%d bytes", length)
                    .isThrownBy(file(cut)::key)
                    .withMessageStartingWith("some.pem: ");
        }
    }

    @Test
    void aFileWithoutOrWithABrokenCertificateIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(file("nothing")::certificates)
                .withMessage("some.pem: no certificate (expected: PEM, -----BEGIN CERTIFICATE-----)");
        assertThatIllegalArgumentException()
                .isThrownBy(file(KeyPairs.pem("CERTIFICATE", new byte[] {1, 2, 3}))::certificates)
                .withMessageStartingWith("some.pem: a broken certificate: ");
    }

    @Test
    void aFileThatCannotBeReadIsNamedOnceWithTheReason() throws Exception {
        Path missing = folder.resolve("missing.pem");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PemFile.read(missing))
                .withMessage(missing + ": no such file");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PemFile.read(Files.createDirectory(missing)))
                .withMessage(missing + ": cannot be read: Is a directory");
        Path loop = Files.createSymbolicLink(folder.resolve("loop.pem"), Path.of("loop.pem"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PemFile.read(loop))
                .withMessageStartingWith(loop + ": cannot be read: Too many levels of symbolic links");
    }

    @Test
    void whatAFileHeldIsNotPrinted() throws Exception {
        assertThat(file(sample("ec-pkcs8.pem"))).hasToString("some.pem");
    }
}
