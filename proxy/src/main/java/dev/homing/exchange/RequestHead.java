// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.config.Cidr;
import dev.homing.observe.Asked;
import dev.homing.observe.Trace;
import dev.homing.upstream.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request as it goes to a backend: the client's own, byte for byte, but for what ends at this hop and what a proxy has to say
 * of itself. Framing is written anew.
 *
 * @param target origin form, RFC 9112 section 3.2.1
 * @param host the authority that the client asked for
 * @param chunked whether the body's length is not known beforehand
 * @param trace its place in a trace, null = none
 */
public record RequestHead(
        HttpRequest request,
        String target,
        String host,
        boolean chunked,
        ClientInfo client,
        @Nullable Trace trace) implements Asked {

    private static final AsciiString TRAILERS = HttpHeaderValues.TRAILERS;

    private static final AsciiString SPACE = AsciiString.cached(" ");
    private static final AsciiString VERSION = AsciiString.cached(" HTTP/1.1\r\n");
    private static final AsciiString HOST = AsciiString.cached("Host");
    private static final AsciiString VIA = AsciiString.cached("Via");

    /** What says that there is a body, or asks for less than a whole answer. */
    private static final AsciiString[] NOT_PLAIN = {
        HttpHeaderNames.CONTENT_LENGTH,
        HttpHeaderNames.TRANSFER_ENCODING,
        HttpHeaderNames.CONTENT_TYPE,
        HttpHeaderNames.CONTENT_ENCODING,
        HttpHeaderNames.EXPECT,
        HttpHeaderNames.TE,
        HttpHeaderNames.UPGRADE,
        HttpHeaderNames.RANGE,
        HttpHeaderNames.IF_RANGE,
        HttpHeaderNames.IF_MATCH,
        HttpHeaderNames.IF_NONE_MATCH,
        HttpHeaderNames.IF_MODIFIED_SINCE,
        HttpHeaderNames.IF_UNMODIFIED_SINCE,
    };

    /**
     * What the configuration says about it.
     *
     * @param stripped lower-case names that are not sent on
     * @param keyed whether the client's credentials were for homing itself, and are not sent on
     * @param authorization sent in place of the client's, null = the client's own
     */
    record Rules(
            List<Cidr> trusted,
            Set<String> stripped,
            boolean keyed,
            @Nullable String authorization,
            String via) {}

    /** Of a request that has no place in a trace. */
    public RequestHead(HttpRequest request, String target, String host, boolean chunked, ClientInfo client) {
        this(request, target, host, chunked, client, null);
    }

    /** Reads the head of a request that was found sound. */
    public static RequestHead of(HttpRequest request, ClientInfo client) {
        String uri = request.uri();
        String host = request.headers().get(HttpHeaderNames.HOST, "");
        if (!uri.startsWith("/") && !uri.equals("*")) {
            // Absolute form: its authority was found equal to Host.
            int path = uri.indexOf('/', uri.indexOf("://") + 3);
            int query = uri.indexOf('?');
            uri = path >= 0 && (query < 0 || path < query)
                    ? uri.substring(path)
                    : query < 0 ? "/" : "/" + uri.substring(query);
        }
        boolean chunked = request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
        return new RequestHead(request, uri, host, chunked, client);
    }

    /** The same with that place in a trace, null = none. */
    RequestHead in(@Nullable Trace place) {
        return place == null ? this : new RequestHead(request, target, host, chunked, client, place);
    }

    @Override
    public String method() {
        return request.method().name();
    }

    @Override
    public InetAddress address() {
        return client.address();
    }

    @Override
    public @Nullable String header(CharSequence name) {
        return request.headers().get(name);
    }

    @Override
    public List<String> headers(CharSequence name) {
        return request.headers().getAll(name);
    }

    @Override
    public String scheme() {
        return client.scheme();
    }

    @Override
    public String version() {
        HttpVersion version = request.protocolVersion();
        return version.majorVersion() > 1 ? String.valueOf(version.majorVersion()) : version(version);
    }

    /** The target without its query. */
    @Override
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** Bytes of the body as announced; 0 when they are not, or there are none. */
    long contentLength() {
        return HttpUtil.getContentLength(request, 0L);
    }

    /** Whether the client waits to be told before it sends its body, RFC 9110 section 10.1.1. */
    boolean expectsContinue() {
        return request.headers().contains(HttpHeaderNames.EXPECT)
                && !request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    }

    /** The client was told to send its body, so that nobody behind is asked whether it may. */
    void expectationMet() {
        request.headers().remove(HttpHeaderNames.EXPECT);
    }

    /** Whether it asks for WebSocket. */
    public boolean upgrade() {
        return Upgrade.asked(request);
    }

    /** Whether there is a body that says it is JSON, and no compression that hides it. */
    boolean tellsJson() {
        HttpHeaders headers = request.headers();
        if (!chunked && contentLength() == 0) {
            return false;
        }
        CharSequence type = HttpUtil.getMimeType(request);
        String coding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
        return type != null
                && HttpHeaderValues.APPLICATION_JSON.contentEqualsIgnoreCase(
                        type.toString().strip())
                && (coding == null || HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding.strip()));
    }

    /** The same without a body, asking for an answer that can be read here: whole, not compressed, and whether or not the client has an older one. */
    RequestHead plain() {
        HttpHeaders headers = request.headers().copy();
        for (AsciiString name : NOT_PLAIN) {
            headers.remove(name);
        }
        headers.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
        HttpRequest plain = new DefaultHttpRequest(request.protocolVersion(), request.method(), request.uri(), headers);
        return new RequestHead(plain, target, host, false, client, trace);
    }

    /** Whether a proxy of that name has handled the request already. */
    boolean passed(String via) {
        return request.headers().contains(HttpHeaderNames.VIA)
                && request.headers().getAll(HttpHeaderNames.VIA).stream()
                        .flatMap(value -> Stream.of(value.split(",", -1)))
                        .map(hop -> hop.strip().split("[ \t]+", 3))
                        .anyMatch(hop -> hop.length > 1 && hop[1].equals(via));
    }

    ByteBuf encode(ByteBufAllocator alloc, Endpoint endpoint, Rules rules) {
        HttpHeaders headers = request.headers();
        HeadText out = new HeadText().add(request.method().asciiName()).add(SPACE);
        if (!target.equals("*")) {
            out.add(endpoint.pathPrefix());
        }
        out.add(target).add(VERSION).line(HOST, endpoint.authority());
        HopByHopHeaders ending = HopByHopHeaders.of(headers);
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            if (passes(header.getKey(), ending, endpoint, rules)
                    && (trace == null || !TraceHeaders.replaced(header.getKey(), trace))) {
                out.line(header.getKey(), header.getValue());
            }
        }
        endpoint.headers().forEach(out::line);
        if (trace != null && passes(TraceHeaders.TRACEPARENT, HopByHopHeaders.NONE, endpoint, rules)) {
            out.line(TraceHeaders.TRACEPARENT, trace.traceparent());
        }
        if (rules.authorization() != null) {
            out.line("Authorization", rules.authorization());
        }
        if (upgrade()) {
            out.line("Upgrade", HttpHeaderValues.WEBSOCKET);
            out.line("Connection", "Upgrade");
        } else if (headers.containsValue(HttpHeaderNames.TE, TRAILERS, true)) {
            out.line("TE", TRAILERS);
            out.line("Connection", "TE");
        }
        if (chunked) {
            out.line("Transfer-Encoding", HttpHeaderValues.CHUNKED);
        }
        ForwardedHeaders.write(out, headers, client, host, rules.trusted());
        out.line(VIA, version(request.protocolVersion()) + " " + rules.via());
        return out.lineEnd().toBuffer(alloc);
    }

    private static String version(HttpVersion version) {
        return version.majorVersion() + "." + version.minorVersion();
    }

    private static boolean passes(CharSequence name, HopByHopHeaders ending, Endpoint endpoint, Rules rules) {
        if (ending.contains(name)
                || ForwardedHeaders.contains(name)
                || HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)) {
            return false;
        }
        if (rules.keyed() && ApiKeys.isHeader(name)) {
            return false;
        }
        if (rules.authorization() != null && HttpHeaderNames.AUTHORIZATION.contentEqualsIgnoreCase(name)) {
            return false;
        }
        if (!rules.stripped().isEmpty() && rules.stripped().contains(lower(name))) {
            return false;
        }
        return endpoint.headers().isEmpty()
                || endpoint.headers().keySet().stream()
                        .noneMatch(set -> AsciiString.contentEqualsIgnoreCase(set, name));
    }

    private static String lower(CharSequence name) {
        return name.toString().toLowerCase(Locale.ROOT);
    }
}
