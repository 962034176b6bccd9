// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.config.Limits;
import dev.homing.exchange.ProxyError;
import dev.homing.upstream.HeadBytes;
import dev.homing.upstream.MessageFields;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what two parties could read in two ways, before anything of it goes upstream. What the decoder lets pass is checked here: version,
 * method, target, {@code Host} and framing, RFC 9112 sections 3.2, 6.1 and 11.2.
 */
final class FramingGuard {

    private FramingGuard() {}

    /** Why {@code request} is refused, null when it is not. */
    static @Nullable ProxyError check(HttpRequest request, Limits limits) {
        if (request.decoderResult().isFailure()) {
            return undecodable(request.decoderResult().cause(), limits);
        }
        if (request.headers().size() > limits.headerCount()) {
            return tooMany(request.headers().size(), limits);
        }
        ProxyError error = version(request.protocolVersion());
        return error != null ? error : meaning(request);
    }

    /** Why {@code request} is refused that came over HTTP/2 and broke no rule of its framing, null when it is not. */
    static @Nullable ProxyError check(HttpRequest request, RequestFields fields, Limits limits) {
        int line = request.method().name().length() + request.uri().length();
        if (line > limits.requestLine()) {
            return requestLine(limits);
        }
        if (fields.bytes() > limits.headerBytes()) {
            return tooLarge(limits);
        }
        if (fields.count() > limits.headerCount()) {
            return tooMany(fields.count(), limits);
        }
        boolean origin = request.uri().startsWith("/")
                || request.uri().equals("*")
                || request.uri().isEmpty();
        return origin ? meaning(request) : ProxyError.malformed(":path (expected: origin form)");
    }

    private static @Nullable ProxyError meaning(HttpRequest request) {
        ProxyError error = method(request.method());
        error = error != null ? error : target(request);
        error = error != null ? error : host(request);
        error = error != null ? error : framing(request);
        return error != null ? error : expect(request.headers());
    }

    private static ProxyError undecodable(Throwable cause, Limits limits) {
        if (cause instanceof TooLongHttpLineException) {
            return requestLine(limits);
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return tooLarge(limits);
        }
        return ProxyError.malformed("malformed HTTP: " + cause.getMessage());
    }

    private static ProxyError requestLine(Limits limits) {
        return ProxyError.invalid(
                414, "request_line_too_long", "request line longer than " + limits.requestLine() + " bytes");
    }

    static ProxyError tooLarge(Limits limits) {
        return ProxyError.invalid(431, "headers_too_large", "headers larger than " + limits.headerBytes() + " bytes");
    }

    private static ProxyError tooMany(int headers, Limits limits) {
        return ProxyError.invalid(
                431, "too_many_headers", "headers: " + headers + " (expected: <= " + limits.headerCount() + ")");
    }

    private static @Nullable ProxyError version(HttpVersion version) {
        boolean known = version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
        return known
                ? null
                : ProxyError.invalid(
                        505, "version_not_supported", "version: " + version + " (expected: HTTP/1.1 or HTTP/1.0)");
    }

    private static @Nullable ProxyError method(HttpMethod method) {
        if (method.equals(HttpMethod.CONNECT) || method.equals(HttpMethod.TRACE)) {
            return ProxyError.invalid(405, "method_not_allowed", "method: " + method + " (expected: another)");
        }
        return token(method.name()) ? null : ProxyError.malformed("method: not a token");
    }

    private static @Nullable ProxyError target(HttpRequest request) {
        String uri = request.uri();
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                return ProxyError.malformed("request target: character 0x" + Integer.toHexString(c) + " at " + i);
            }
        }
        if (uri.startsWith("/") || (uri.equals("*") && request.method().equals(HttpMethod.OPTIONS))) {
            return null;
        }
        String scheme = uri.toLowerCase(Locale.ROOT);
        int start = scheme.startsWith("http://") ? 7 : scheme.startsWith("https://") ? 8 : -1;
        if (start < 0) {
            return ProxyError.malformed("request target: " + uri + " (expected: origin form)");
        }
        int end = start;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        String host = request.headers().get(HttpHeaderNames.HOST);
        boolean same = host != null && host.equalsIgnoreCase(uri.substring(start, end));
        return same ? null : ProxyError.malformed("request target: another authority than Host");
    }

    private static @Nullable ProxyError host(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        boolean wanted = !request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        if (hosts.size() > 1 || (hosts.isEmpty() && wanted)) {
            return ProxyError.malformed("Host: " + hosts.size() + " of them (expected: 1)");
        }
        if (hosts.isEmpty()) {
            return null;
        }
        return Authority.isSound(hosts.get(0))
                ? null
                : ProxyError.malformed("Host: no authority (expected: host or host:port)");
    }

    private static @Nullable ProxyError framing(HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty()) {
            boolean chunked = codings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0));
            if (!chunked || !lengths.isEmpty() || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                return ProxyError.malformed(
                        "Transfer-Encoding: " + codings + " (expected: chunked, once, without Content-Length)");
            }
        } else if (lengths.isEmpty() && headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)) {
            // A draft of WebSocket (hixie-76) has 8 bytes behind such a head without saying so. The codec reads them as
            // a body; the next party would read them as a request.
            return ProxyError.malformed("Sec-WebSocket-Key1: of a draft (expected: RFC 6455)");
        } else if (!lengths.isEmpty()) {
            if (lengths.size() > 1 || !MessageFields.isLength(lengths.get(0))) {
                return ProxyError.malformed("Content-Length: " + lengths + " (expected: one decimal number)");
            }
        }
        return null;
    }

    private static @Nullable ProxyError expect(HttpHeaders headers) {
        if (!headers.contains(HttpHeaderNames.EXPECT)) {
            return null;
        }
        List<String> values = headers.getAll(HttpHeaderNames.EXPECT);
        boolean known = values.size() == 1 && HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(values.get(0));
        return known
                ? null
                : ProxyError.invalid(417, "expectation_failed", "Expect: " + values + " (expected: 100-continue)");
    }

    /** A token, RFC 9110 section 5.6.2. */
    static boolean token(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (!HeadBytes.isToken(text.charAt(i))) {
                return false;
            }
        }
        return text.length() > 0;
    }
}
