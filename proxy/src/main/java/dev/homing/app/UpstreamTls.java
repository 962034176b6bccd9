// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.HomingConfig;
import dev.homing.config.UpstreamRules;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * The TLS contexts of https backends, one for each way they are configured. Names are verified, always. Kept over reloads for as long as the PEM
 * files say the same, because a pooled connection belongs to its context.
 */
final class UpstreamTls {

    private final Map<UpstreamRules.Tls, Loaded> contexts = new ConcurrentHashMap<>();

    /** @param files a digest of what they held */
    private record Loaded(SslContext context, String files) {}

    /** @throws IllegalArgumentException when a PEM file cannot be used */
    SslContext context(UpstreamRules.Tls rules) {
        return contexts.computeIfAbsent(rules, UpstreamTls::load).context();
    }

    /**
     * Reads the PEM files of pools with https backends anew: certificates are renewed in place, with no change of the configuration.
     *
     * @return what has to be done so that new connections go by them
     * @throws IllegalArgumentException when one of them cannot be used
     */
    Runnable read(HomingConfig config) {
        return read(config.pools().stream()
                .filter(pool -> pool.backends().stream()
                        .anyMatch(backend ->
                                "https".equalsIgnoreCase(backend.url().getScheme())))
                .map(pool -> pool.settings().upstream().tls())
                .distinct()
                .toList());
    }

    /** Reads those that are used anew, as {@link #read(HomingConfig)} does. */
    Runnable read(Collection<UpstreamRules.Tls> used) {
        Map<UpstreamRules.Tls, Loaded> renewed = new HashMap<>();
        for (UpstreamRules.Tls rules : used) {
            Loaded known = contexts.get(rules);
            if (known == null || !known.files().equals(digest(rules))) {
                renewed.put(rules, load(rules));
            }
        }
        return () -> contexts.putAll(renewed);
    }

    private static Loaded load(UpstreamRules.Tls rules) {
        // First the digest: files that change in between are then seen to differ the next time.
        String files = digest(rules);
        return new Loaded(build(rules), files);
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

    private static String digest(UpstreamRules.Tls rules) {
        try {
            MessageDigest all = MessageDigest.getInstance("SHA-256");
            for (Path file : Stream.of(rules.ca(), rules.certificate(), rules.key())
                    .filter(Objects::nonNull)
                    .toList()) {
                all.update(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
            }
            return HexFormat.of().formatHex(all.digest());
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("upstream_tls: " + e.getMessage() + ": no such file", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("upstream_tls: cannot read: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
        }
    }
}
