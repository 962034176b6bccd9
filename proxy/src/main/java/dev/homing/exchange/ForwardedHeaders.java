// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.config.Cidr;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.util.List;

/**
 * What a backend is told of the client: {@code X-Forwarded-*} and, where it came, {@code Forwarded} (RFC 7239). Kept and extended when the
 * peer is a trusted proxy, replaced when it is anyone else, since a stranger could claim anything.
 */
final class ForwardedHeaders {

    private static final String PREFIX = "x-forwarded-";
    private static final AsciiString FORWARDED = AsciiString.cached("forwarded");
    private static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");

    private static final AsciiString WRITTEN_FOR = AsciiString.cached("X-Forwarded-For");
    private static final AsciiString WRITTEN_PROTO = AsciiString.cached("X-Forwarded-Proto");
    private static final AsciiString WRITTEN_HOST = AsciiString.cached("X-Forwarded-Host");

    private ForwardedHeaders() {}

    /** Whether a request header is one of those that {@link #write} writes instead. */
    static boolean contains(CharSequence name) {
        return AsciiString.regionMatches(name, true, 0, PREFIX, 0, PREFIX.length())
                || FORWARDED.contentEqualsIgnoreCase(name);
    }

    /** @param host the request's authority, empty when it named none */
    static void write(HeadText out, HttpHeaders headers, ClientInfo client, String host, List<Cidr> trusted) {
        boolean keep = !trusted.isEmpty() && trusted.stream().anyMatch(block -> block.contains(client.address()));
        String address = NetUtil.toAddressString(client.address());
        line(out, WRITTEN_FOR, extended(keep, headers, FOR, address));
        line(out, WRITTEN_PROTO, kept(keep, headers, PROTO, client.scheme()));
        line(out, WRITTEN_HOST, kept(keep, headers, HOST, host));
        if (keep) {
            headers.forEach(header -> {
                if (contains(header.getKey()) && !written(header.getKey())) {
                    line(out, header.getKey(), header.getValue());
                }
            });
            if (headers.contains(FORWARDED)) {
                String node = client.address() instanceof Inet6Address ? "\"[" + address + "]\"" : address;
                line(out, "Forwarded", "for=" + node + ";proto=" + client.scheme());
            }
        }
    }

    private static boolean written(CharSequence name) {
        return FOR.contentEqualsIgnoreCase(name)
                || PROTO.contentEqualsIgnoreCase(name)
                || HOST.contentEqualsIgnoreCase(name);
    }

    private static String extended(boolean keep, HttpHeaders headers, AsciiString name, String value) {
        List<String> before = keep ? headers.getAll(name) : List.of();
        return before.isEmpty() ? value : String.join(", ", before) + ", " + value;
    }

    private static String kept(boolean keep, HttpHeaders headers, AsciiString name, String value) {
        String before = keep ? headers.get(name) : null;
        return before == null ? value : before;
    }

    private static void line(HeadText out, CharSequence name, CharSequence value) {
        if (value.length() > 0) {
            out.line(name, value);
        }
    }
}
