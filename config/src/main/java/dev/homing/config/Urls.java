// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of URLs. */
final class Urls {

    private static final Pattern ENCODED = Pattern.compile("[!-~]+");

    /** A backend's address. A path is a prefix of what is asked for; a query, a fragment and a password have no use there. */
    static final ScalarType<URI> BACKEND = new ScalarType<>(
            "http://host:port, https://host:port, dns+http://name:port or dns+http://_service._tcp.name, perhaps with a path",
            Urls::backend,
            URI::toString,
            Json.object("type", "string", "pattern", "^(dns\\+)?https?://[^\\s?#@]+$"),
            false);

    /** A collector of traces. */
    static final ScalarType<URI> COLLECTOR = new ScalarType<>(
            "http://host:port or https://host:port, perhaps with a path",
            text -> web(text, Set.of("http", "https")),
            URI::toString,
            Json.object("type", "string", "pattern", "^https?://[^\\s?#@]+$"),
            false);

    private Urls() {}

    /** The scheme in lower case, empty where there is none. */
    static String scheme(URI uri) {
        return uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    }

    /** The port that a connection to it goes to: as written, or the scheme's own. */
    static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : scheme(uri).endsWith("https") ? 443 : 80;
    }

    private static @Nullable URI backend(String text) {
        URI uri = parse(text);
        boolean several =
                uri != null && DnsName.of(uri) != null && uri.getRawQuery() == null && uri.getRawFragment() == null;
        return several ? uri : web(text, Set.of("http", "https"));
    }

    private static @Nullable URI web(String text, Set<String> schemes) {
        URI uri = parse(text);
        boolean good = uri != null
                && schemes.contains(scheme(uri))
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && port(uri) >= 1
                && port(uri) <= 65535;
        return good ? uri : null;
    }

    private static @Nullable URI parse(String text) {
        try {
            return ENCODED.matcher(text).matches() ? new URI(text) : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
