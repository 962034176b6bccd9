// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/** A replica's address as people write it: the scheme may be left out, and what they copied from a client's settings may end in {@code /v1}. */
final class BackendUrl {

    private static final String RULE = "http://host:port or https://host:port";
    private static final String API = "/v1";

    private BackendUrl() {}

    /** Each once. */
    static List<URI> all(List<String> written) {
        return written.stream().map(BackendUrl::of).distinct().toList();
    }

    /** @throws IllegalArgumentException when it is none, with the reason */
    static URI of(String written) {
        String text = written.contains("://") ? written : "http://" + written;
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw refused(written);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean good = (scheme.equals("http") || scheme.equals("https"))
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getPort() != 0
                && uri.getPort() <= 65_535;
        if (!good) {
            throw refused(written);
        }
        return URI.create(scheme + "://" + uri.getRawAuthority() + prefix(uri.getRawPath()));
    }

    /** What stands before the paths of the API. */
    private static String prefix(String path) {
        String bare = path.replaceAll("/+$", "");
        return bare.endsWith(API) ? bare.substring(0, bare.length() - API.length()) : bare;
    }

    private static IllegalArgumentException refused(String written) {
        return new IllegalArgumentException("'" + written + "' (expected: " + RULE + ")");
    }
}
