// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/**
 * Which headers of one message end at this hop, RFC 9110 section 7.6.1: the well-known ones and those that {@code Connection} names. Framing
 * headers are among them, because each side is framed anew; {@code Host} and {@code Content-Length} cannot be named away.
 */
final class HopByHopHeaders implements ResponseHead.HopByHop {

    private static final AsciiString[] ALWAYS = {
        HttpHeaderNames.CONNECTION,
        AsciiString.cached("keep-alive"),
        AsciiString.cached("proxy-connection"),
        HttpHeaderNames.PROXY_AUTHORIZATION,
        HttpHeaderNames.PROXY_AUTHENTICATE,
        HttpHeaderNames.TE,
        HttpHeaderNames.TRANSFER_ENCODING,
        HttpHeaderNames.UPGRADE,
        AsciiString.cached("http2-settings"),
    };

    /** No more than those that always end. */
    static final HopByHopHeaders NONE = new HopByHopHeaders(List.of());

    private final List<String> named;

    private HopByHopHeaders(List<String> named) {
        this.named = named;
    }

    static HopByHopHeaders of(HttpHeaders headers) {
        if (!headers.contains(HttpHeaderNames.CONNECTION)) {
            return NONE;
        }
        List<String> named = new ArrayList<>();
        for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
            for (String option : value.split(",", -1)) {
                String name = option.strip();
                if (!HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
                        && !HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)) {
                    named.add(name);
                }
            }
        }
        return new HopByHopHeaders(named);
    }

    /** Whether the header ends here. */
    @Override
    public boolean contains(CharSequence name) {
        for (AsciiString header : ALWAYS) {
            if (header.contentEqualsIgnoreCase(name)) {
                return true;
            }
        }
        for (String header : named) {
            if (AsciiString.contentEqualsIgnoreCase(header, name)) {
                return true;
            }
        }
        return false;
    }
}
