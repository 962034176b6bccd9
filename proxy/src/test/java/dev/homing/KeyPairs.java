// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** A key with a certificate that only it vouches for, made by the JDK's own tool. */
public final class KeyPairs {

    private static final String ALIAS = "own";
    private static final String PASSWORD = "password";

    private final KeyStore store;

    private KeyPairs(KeyStore store) {
        this.store = store;
    }

    /** An elliptic-curve key and a certificate for {@code localhost}. */
    public static KeyPairs localhost(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        return made(folder, "EC", "localhost");
    }

    /**
     * A key and a certificate for those names.
     *
     * @param algorithm {@code EC} or {@code RSA}
     */
    public static KeyPairs made(Path folder, String algorithm, String... names)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = Files.createTempDirectory(folder, "keys").resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=" + names[0].replace("*", "any"),
                        "-ext",
                        "SAN=" + Arrays.stream(names).map(name -> "dns:" + name).collect(Collectors.joining(",")),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(file.resolveSibling("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).as("keytool ended").isTrue();
        assertThat(keytool.exitValue()).as("keytool's exit").isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return new KeyPairs(store);
    }

    public X509Certificate certificate() throws GeneralSecurityException {
        return (X509Certificate) store.getCertificate(ALIAS);
    }

    public PrivateKey key() throws GeneralSecurityException {
        return (PrivateKey) store.getKey(ALIAS, PASSWORD.toCharArray());
    }

    /** The certificate as PEM. */
    public String certificatePem() throws GeneralSecurityException {
        return pem("CERTIFICATE", certificate().getEncoded());
    }

    /** The key as PEM, in PKCS#8. */
    public String keyPem() throws GeneralSecurityException {
        return pem("PRIVATE KEY", key().getEncoded());
    }

    /** A block of PEM. */
    public static String pem(String label, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
    }

    /** For a server that has the key. */
    public SSLContext server() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers().getKeyManagers(), null, null);
        return context;
    }

    /** For a client that trusts those servers, and has a key of its own or none. */
    public static SSLContext client(@Nullable KeyPairs own, KeyPairs... servers)
            throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                own == null ? null : own.managers().getKeyManagers(), new TrustManager[] {trusting(servers)}, null);
        return context;
    }

    /** Trusts those servers and nobody else. */
    public static X509TrustManager trusting(KeyPairs... servers) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (KeyPairs server : servers) {
            trusted.setCertificateEntry("server" + trusted.size(), server.certificate());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return (X509TrustManager) trust.getTrustManagers()[0];
    }

    private KeyManagerFactory managers() throws GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        return managers;
    }
}
