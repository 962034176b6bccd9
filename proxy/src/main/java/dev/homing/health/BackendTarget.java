// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import dev.homing.config.BackendConfig;
import dev.homing.config.PoolSettings;
import dev.homing.config.Secret;
import dev.homing.config.UpstreamRules;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a probe asks for: where, as whom and for how long.
 *
 * @param where the backend is; its path prefix is kept
 * @param path what to ask for below it, beginning with a slash
 * @param headers what every request to the backend carries
 * @param authorization the value of {@code Authorization}, null = none
 * @param timeout for the whole probe, from the look-up of the name to the end of the answer
 */
public record BackendTarget(
        Where where,
        String path,
        Map<String, Secret> headers,
        @Nullable Secret authorization,
        UpstreamRules.Tls tls,
        Duration timeout) {

    /**
     * Where a backend is.
     *
     * @param address to connect to; null = that of the URL's host. The host is its name all the same, by which it is addressed and verified
     */
    public record Where(URI url, @Nullable InetAddress address) {}

    public URI url() {
        return where.url();
    }

    /** What a backend's probes ask for under its pool's settings. */
    public static BackendTarget of(BackendConfig backend, @Nullable InetAddress address, PoolSettings settings) {
        return new BackendTarget(
                new Where(backend.url(), address),
                settings.health().path(),
                backend.headers(),
                settings.upstream().authorization(),
                settings.upstream().tls(),
                settings.health().timeout());
    }

    /** The same backend asked for another path. */
    public BackendTarget at(String other) {
        return new BackendTarget(where, other, headers, authorization, tls, timeout);
    }

    public boolean https() {
        return "https".equalsIgnoreCase(url().getScheme());
    }

    /** The host to connect to: a name, or an address without brackets. */
    public String host() {
        String authority = authority();
        String host = authority.substring(0, endOfHost(authority));
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The port to connect to, the scheme's default when the URL has none. */
    public int port() {
        String authority = authority();
        int end = endOfHost(authority);
        return end + 1 < authority.length() ? Integer.parseInt(authority.substring(end + 1)) : https() ? 443 : 80;
    }

    /** Host and port to connect to, unresolved unless the address is known. */
    public InetSocketAddress address() {
        InetAddress known = where.address();
        if (known == null) {
            return InetSocketAddress.createUnresolved(host(), port());
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(host(), known.getAddress()), port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address: " + known + " (expected: 4 or 16 bytes)", e);
        }
    }

    /**
     * The {@code Host} header, RFC 9110 section 7.2. Read from the raw authority, since {@link URI#getHost} knows no host with an underscore,
     * which names of containers often have.
     */
    public String authority() {
        String authority = url().getRawAuthority();
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    /** What stands before every path: empty, or begins with a slash and does not end with one. */
    public String pathPrefix() {
        String prefix = url().getRawPath() == null ? "" : url().getRawPath();
        return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    }

    /** The request target: prefix and path. */
    public String requestTarget() {
        return pathPrefix() + path;
    }

    private static int endOfHost(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : authority.length();
    }
}
