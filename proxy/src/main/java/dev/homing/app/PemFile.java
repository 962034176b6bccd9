// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a PEM file (RFC 7468) held when it was read.
 *
 * @param path as it was configured
 */
record PemFile(Path path, String text) {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /** @throws IllegalArgumentException when it cannot be read */
    static PemFile read(Path path) {
        try {
            return new PemFile(path, Files.readString(path, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(path + ": no such file", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(path + ": cannot be read: " + FileFault.reason(e), e);
        }
    }

    /**
     * The certificates, in their order; at least one.
     *
     * @throws IllegalArgumentException when there is none, or one is broken
     */
    List<X509Certificate> certificates() {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Matcher block = BLOCK.matcher(text); block.find(); ) {
                if (block.group(1).equals("CERTIFICATE")) {
                    found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der(block))));
                }
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException(path + ": a broken certificate: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(path + ": no certificate (expected: PEM, -----BEGIN CERTIFICATE-----)");
        }
        return found;
    }

    /**
     * The private key: PKCS#8, or what older programs write for RSA (PKCS#1) and elliptic curves (SEC1).
     *
     * @throws IllegalArgumentException when there is none that can be used
     */
    PrivateKey key() {
        for (Matcher block = BLOCK.matcher(text); block.find(); ) {
            switch (block.group(1)) {
                case "PRIVATE KEY" -> {
                    return key(der(block));
                }
                case "RSA PRIVATE KEY" -> {
                    return key(Pkcs8.ofRsa(der(block)));
                }
                case "EC PRIVATE KEY" -> {
                    return key(curved(der(block)));
                }
                default -> {
                    // The parameters of a curve, or a certificate beside its key.
                }
            }
        }
        throw new IllegalArgumentException(
                text.contains("ENCRYPTED")
                        ? path
                                + ": an encrypted key (expected: one without a password, as made by: openssl pkcs8 -topk8"
                                + " -nocrypt -in " + path + " -out NEW.pem)"
                        : path + ": no private key (expected: PEM, -----BEGIN PRIVATE KEY-----)");
    }

    private byte[] curved(byte[] sec1) {
        try {
            return Pkcs8.ofEc(sec1);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    private PrivateKey key(byte[] pkcs8) {
        for (String algorithm : List.of("RSA", "EC")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // Of the other kind, or of none.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(algorithm + ": missing (expected: in every JDK)", e);
            }
        }
        throw new IllegalArgumentException(path + ": a private key that cannot be used (expected: RSA or EC)");
    }

    private byte[] der(Matcher block) {
        try {
            return Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": broken base64 in a " + block.group(1), e);
        }
    }

    /** Without what it held, which may be secret. */
    @Override
    public String toString() {
        return path.toString();
    }
}
