// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.UpstreamRules;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;

/**
 * The TLS contexts of https backends, one for each way they are configured. Names are verified, always. Kept over reloads, because a pooled
 * connection belongs to its context.
 */
final class UpstreamTls {

    private final Map<UpstreamRules.Tls, SslContext> contexts = new ConcurrentHashMap<>();

    /** @throws IllegalArgumentException when a PEM file cannot be used */
    SslContext context(UpstreamRules.Tls rules) {
        return contexts.computeIfAbsent(rules, UpstreamTls::build);
    }

    private static SslContext build(UpstreamRules.Tls rules) {
        try {
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .protocols("TLSv1.3", "TLSv1.2")
                    .endpointIdentificationAlgorithm("HTTPS");
            if (rules.ca() != null) {
                builder.trustManager(rules.ca().toFile());
            }
            if (rules.certificate() != null && rules.key() != null) {
                builder.keyManager(rules.certificate().toFile(), rules.key().toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException("upstream_tls: " + e.getMessage(), e);
        }
    }
}
