// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A name that stands for several replicas: what a {@code dns+http} or {@code dns+https} URL asks name servers for.
 *
 * @param host as written; one that begins with {@code _service._tcp.} is asked for its SRV records (RFC 2782), any other for its addresses
 * @param port where the replicas listen; 0 = their SRV records tell
 */
public record DnsName(String host, int port) {

    private static final Pattern AUTHORITY = Pattern.compile("(?<host>[^:\\[\\]]+)(?::(?<port>[0-9]{1,5}))?");
    private static final Pattern SERVICE = Pattern.compile("_[A-Za-z0-9-]{1,62}\\._tcp\\.(?<domain>.+)");

    /** Null when {@code url} is one replica's own, or no such URL. */
    static @Nullable DnsName of(URI url) {
        String scheme = Urls.scheme(url);
        boolean plain = scheme.equals("dns+http");
        if ((!plain && !scheme.equals("dns+https")) || url.getRawAuthority() == null) {
            return null;
        }
        // Read from the raw authority, since URI knows no host with an underscore.
        Matcher authority = AUTHORITY.matcher(url.getRawAuthority());
        if (!authority.matches() || !Addresses.isName(authority.group("host"))) {
            return null;
        }
        String host = authority.group("host");
        String port = authority.group("port");
        boolean service = SERVICE.matcher(host).matches();
        if (Addresses.literal(host) != null || (service && port != null)) {
            return null;
        }
        int number = service ? 0 : port == null ? plain ? 80 : 443 : Integer.parseInt(port);
        return service || (number >= 1 && number <= 65535) ? new DnsName(host, number) : null;
    }

    /** Whether its replicas and their ports are those of its SRV records. */
    public boolean isService() {
        return port == 0;
    }

    /** What its replicas are all called: the name without the service that is asked for, and without the final dot. */
    public String domain() {
        Matcher service = SERVICE.matcher(host);
        String domain = isService() && service.matches() ? service.group("domain") : host;
        return (domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain).toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return isService() ? host : host + ":" + port;
    }
}
