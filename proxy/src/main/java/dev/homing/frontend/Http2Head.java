// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.ProxyError;
import dev.homing.exchange.RequestHead;
import dev.homing.exchange.ResponseHead;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Headers.PseudoHeaderName;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/** Heads as HTTP/2 writes them, RFC 9113 section 8.3: read as requests of any other version, and written as responses. */
final class Http2Head {

    private static final HttpVersion HTTP_2 = new HttpVersion("HTTP", 2, 0, true);

    /** Methods that announce content, so that its absence has to be said: RFC 9110 section 8.6. */
    private static final Set<HttpMethod> WITH_CONTENT = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    /** Framing, routing, and what says how to read the content or what to do with it. */
    private static final Set<String> NEVER_BEHIND = Set.of(
            "authorization",
            "cache-control",
            "connection",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "expires",
            "host",
            "keep-alive",
            "location",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "retry-after",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "vary",
            "www-authenticate");

    private Http2Head() {}

    /**
     * The request of fields that were found sound. The authority becomes its {@code Host}, and crumbs of {@code cookie} are put together: RFC
     * 9113 sections 8.3.1 and 8.2.3.
     *
     * @param bodiless whether the head is all of it
     */
    static HttpRequest request(RequestFields fields, boolean bodiless) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        if (fields.authority() != null) {
            headers.add(HttpHeaderNames.HOST, fields.authority());
        }
        for (Map.Entry<CharSequence, CharSequence> field : fields) {
            CharSequence name = field.getKey();
            boolean told = HttpHeaderNames.HOST.contentEquals(name)
                    && AsciiString.contentEqualsIgnoreCase(field.getValue(), fields.authority());
            if (!PseudoHeaderName.hasPseudoHeaderFormat(name) && !told) {
                headers.add(name, field.getValue());
            }
        }
        List<String> crumbs = headers.getAll(HttpHeaderNames.COOKIE);
        if (crumbs.size() > 1) {
            StringJoiner cookie = new StringJoiner("; ");
            crumbs.forEach(cookie::add);
            headers.set(HttpHeaderNames.COOKIE, cookie.toString());
        }
        HttpMethod method = HttpMethod.valueOf(fields.method().toString());
        if (bodiless && WITH_CONTENT.contains(method) && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            headers.add(HttpHeaderNames.CONTENT_LENGTH, "0");
        }
        String path = fields.path() == null ? "" : fields.path().toString();
        return new DefaultHttpRequest(HTTP_2, method, path, headers, false);
    }

    /** The same, for its exchange. What has no length announced goes to a backend in chunks. */
    static RequestHead routed(HttpRequest request, boolean bodiless, ClientInfo client) {
        boolean chunked = !bodiless && !request.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
        return new RequestHead(
                request, request.uri(), request.headers().get(HttpHeaderNames.HOST, ""), chunked, client);
    }

    static Http2Headers proceed() {
        return status(HttpResponseStatus.CONTINUE);
    }

    static Http2Headers response(ResponseHead head) {
        Http2Headers out = status(head.response().status());
        Iterator<Map.Entry<CharSequence, CharSequence>> headers =
                head.response().headers().iteratorCharSequence();
        while (headers.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = headers.next();
            if (head.passes(header.getKey()) && FramingGuard.token(header.getKey())) {
                add(out, header.getKey(), header.getValue());
            }
        }
        pairs(out, head.added());
        return out;
    }

    /** What of a backend's trailers may stand behind a body: nothing that would have had to be known before it, RFC 9110 section 6.5.1. */
    static Http2Headers trailers(List<String> fields) {
        Http2Headers out = new DefaultHttp2Headers(false);
        for (int i = 0; i < fields.size(); i += 2) {
            String name = fields.get(i).toLowerCase(Locale.ROOT);
            if (!NEVER_BEHIND.contains(name)) {
                out.add(name, fields.get(i + 1));
            }
        }
        return out;
    }

    static Http2Headers response(ProxyError error, List<String> added, int length) {
        Http2Headers out = status(HttpResponseStatus.valueOf(error.status()));
        pairs(out, ErrorFields.of(error, added, length));
        return out;
    }

    private static Http2Headers status(HttpResponseStatus status) {
        return new DefaultHttp2Headers(false).status(status.codeAsText());
    }

    private static void pairs(Http2Headers out, List<String> pairs) {
        for (int i = 0; i < pairs.size(); i += 2) {
            add(out, pairs.get(i), pairs.get(i + 1));
        }
    }

    private static void add(Http2Headers out, CharSequence name, CharSequence value) {
        out.add(AsciiString.of(name).toLowerCase(), value);
    }
}
