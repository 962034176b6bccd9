// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.HomingConfig;
import dev.homing.config.UpstreamRules;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
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

    /** @param files what was read, in the order of {@link #paths} */
    private record Loaded(SslContext context, List<PemFile> files) {}

    /** @throws IllegalArgumentException when a PEM file cannot be used */
    SslContext context(UpstreamRules.Tls rules) {
        return contexts.computeIfAbsent(rules, each -> load(each, files(each))).context();
    }

    /** The files behind the https backends of {@code config}, each once. */
    static List<Path> paths(HomingConfig config) {
        return used(config).stream().flatMap(UpstreamTls::paths).distinct().toList();
    }

    /**
     * Reads the PEM files of pools with https backends anew: certificates are renewed in place, with no change of the configuration.
     *
     * @throws IllegalArgumentException when one of them cannot be used
     */
    Renewal read(HomingConfig config) {
        return read(used(config));
    }

    /** Reads those that are used anew, as {@link #read(HomingConfig)} does. */
    Renewal read(Collection<UpstreamRules.Tls> used) {
        Map<UpstreamRules.Tls, Loaded> renewed = new HashMap<>();
        for (UpstreamRules.Tls rules : used) {
            Loaded known = contexts.get(rules);
            List<PemFile> files = files(rules);
            if (known == null || !known.files().equals(files)) {
                renewed.put(rules, load(rules, files));
            }
        }
        return new Renewal(!renewed.isEmpty(), () -> contexts.putAll(renewed));
    }

    private static List<UpstreamRules.Tls> used(HomingConfig config) {
        return config.pools().stream()
                .filter(pool -> pool.backends().stream()
                        .anyMatch(backend -> backend.url()
                                .getScheme()
                                .toLowerCase(Locale.ROOT)
                                .endsWith("https")))
                .map(pool -> pool.settings().upstream().tls())
                .distinct()
                .toList();
    }

    private static Stream<Path> paths(UpstreamRules.Tls rules) {
        return Stream.of(rules.ca(), rules.certificate(), rules.key()).filter(Objects::nonNull);
    }

    private static List<PemFile> files(UpstreamRules.Tls rules) {
        try {
            return paths(rules).map(PemFile::read).toList();
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private static Loaded load(UpstreamRules.Tls rules, List<PemFile> files) {
        try {
            Iterator<PemFile> next = files.iterator();
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .protocols("TLSv1.3", "TLSv1.2")
                    .endpointIdentificationAlgorithm("HTTPS");
            if (rules.ca() != null) {
                builder.trustManager(next.next().certificates());
            }
            if (rules.certificate() != null && rules.key() != null) {
                CertifiedKey own = CertifiedKey.of(next.next(), next.next());
                builder.keyManager(own.key(), own.chain());
            }
            return new Loaded(builder.build(), files);
        } catch (SSLException | IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private static IllegalArgumentException refused(Exception cause) {
        return new IllegalArgumentException("upstream_tls: " + cause.getMessage(), cause);
    }
}
