// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The one change of protocol that passes: to WebSocket, RFC 6455 section 4. Every other {@code Upgrade} ends at this hop, {@code h2c} included: behind
 * it requests would pass that nobody here has looked at.
 */
public final class Upgrade {

    private Upgrade() {}

    /** Whether the request asks for it, in a form that leaves nothing open: a GET without a body, over HTTP/1.1. */
    public static boolean asked(HttpRequest request) {
        return request.method().equals(HttpMethod.GET) && named(request) && bodiless(request.headers());
    }

    /** Whether a 101 is the one that was asked for: it has to say what it switches to, RFC 9110 section 15.2.2. */
    static boolean granted(HttpResponse response) {
        return named(response);
    }

    private static boolean named(HttpMessage message) {
        HttpHeaders headers = message.headers();
        return message.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    private static boolean bodiless(HttpHeaders headers) {
        return !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                && headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0");
    }
}
