// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Listener;
import dev.homing.frontend.Tls;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * What TLS listeners show their clients, as their PEM files said when they were last read. Kept for as long as the files say the same, because
 * clients resume sessions with what they were shown.
 */
final class ListenerTls {

    /** Written by the thread that reads the configuration, read by every loop for each connection. */
    private final Map<Listener.Tls, Loaded> shown = new ConcurrentHashMap<>();

    /** @param files what was read, in the order of {@link #paths} */
    private record Loaded(Tls tls, List<PemFile> files) {}

    /** The name of the library that speaks TLS here: BoringSSL where its native library loads. */
    static String best() {
        return OpenSsl.isAvailable() ? String.valueOf(OpenSsl.versionString()) : "JDK";
    }

    /** What clients are shown at the moment of asking; {@code rules} have been read before. */
    Supplier<Tls> of(Listener.Tls rules) {
        return () -> Objects.requireNonNull(shown.get(rules)).tls();
    }

    /** The files behind {@code listeners}, each once. */
    static List<Path> paths(List<Listener> listeners) {
        return listeners.stream()
                .map(Listener::tls)
                .filter(Objects::nonNull)
                .flatMap(ListenerTls::paths)
                .distinct()
                .toList();
    }

    /**
     * Reads the PEM files anew: certificates are renewed in place, with no change of the configuration.
     *
     * @throws IllegalArgumentException when one of them cannot be used
     */
    Renewal read(List<Listener> listeners) {
        Map<Listener.Tls, Loaded> renewed = new HashMap<>();
        for (Listener listener : listeners) {
            Listener.Tls rules = listener.tls();
            if (rules != null) {
                Loaded known = shown.get(rules);
                List<PemFile> files = files(rules);
                if (known == null || !known.files().equals(files)) {
                    renewed.put(rules, new Loaded(load(rules, files), files));
                }
            }
        }
        return new Renewal(!renewed.isEmpty(), () -> shown.putAll(renewed));
    }

    private static List<PemFile> files(Listener.Tls rules) {
        try {
            return paths(rules).map(PemFile::read).toList();
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private static Stream<Path> paths(Listener.Tls rules) {
        Stream<Path> own = rules.certificates().stream().flatMap(each -> Stream.of(each.certificate(), each.key()));
        return Stream.concat(own, Stream.ofNullable(rules.clientCa()));
    }

    /** Only here is asked which library there is: to find out takes a tenth of a start. */
    private static Tls load(Listener.Tls rules, List<PemFile> files) {
        try {
            List<Tls.Identity> identities = new ArrayList<>();
            int pairs = rules.certificates().size();
            for (int i = 0; i < pairs; i++) {
                CertifiedKey pair = CertifiedKey.of(files.get(2 * i), files.get(2 * i + 1));
                identities.add(new Tls.Identity(pair.key(), pair.chain()));
            }
            List<X509Certificate> clientCa =
                    rules.clientCa() == null ? List.of() : files.get(2 * pairs).certificates();
            return Tls.of(SslContext.defaultServerProvider(), identities, clientCa);
        } catch (SSLException | GeneralSecurityException | IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private static IllegalArgumentException refused(Exception cause) {
        return new IllegalArgumentException("listen: tls: " + cause.getMessage(), cause);
    }
}
