// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key with the certificate that it belongs to.
 *
 * @param chain the key's own certificate, then those that vouch for it
 */
record CertifiedKey(PrivateKey key, List<X509Certificate> chain) {

    /** Anything does: it is signed with a key to see whether the certificate's is the other half. */
    private static final byte[] PROBE = {'h', 'o', 'm', 'i', 'n', 'g'};

    CertifiedKey {
        chain = List.copyOf(chain);
    }

    /**
     * Joins what two files hold. A renewal that has replaced only one of them yet is seen here, and not at the next handshake.
     *
     * @throws IllegalArgumentException when one of them cannot be used, or they do not belong together
     */
    static CertifiedKey of(PemFile certificate, PemFile key) {
        CertifiedKey pair = new CertifiedKey(key.key(), certificate.certificates());
        if (!pair.matches()) {
            throw new IllegalArgumentException(key + ": not the key of the certificate in " + certificate);
        }
        return pair;
    }

    private boolean matches() {
        try {
            String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(chain.get(0).getPublicKey());
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A key of another kind.
            return false;
        }
    }
}
