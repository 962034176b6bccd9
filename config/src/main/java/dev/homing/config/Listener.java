// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One address that clients connect to.
 *
 * @param tls null for plain HTTP
 * @param proxyProtocol whether each connection begins with a PROXY protocol header
 */
public record Listener(Address address, @Nullable Tls tls, boolean proxyProtocol) {

    /**
     * What a TLS listener shows its clients.
     *
     * @param certificates at least one; the first serves names that none of the others covers
     * @param clientCa when set, clients must present a certificate that it signed
     */
    public record Tls(
            List<Certificate> certificates, @Nullable Path clientCa) {
        public Tls {
            certificates = List.copyOf(certificates);
        }
    }

    /** PEM files of a certificate chain and its key. */
    public record Certificate(Path certificate, Path key) {}
}
