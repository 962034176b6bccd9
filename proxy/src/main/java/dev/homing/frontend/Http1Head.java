// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.HeadText;
import dev.homing.exchange.ProxyError;
import dev.homing.exchange.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Response heads as HTTP/1.1 writes them, RFC 9112 section 4. */
final class Http1Head {

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final AsciiString VERSION = AsciiString.cached("HTTP/1.1 ");
    private static final AsciiString SPACE = AsciiString.cached(" ");
    private static final AsciiString CHUNKED = AsciiString.cached("Transfer-Encoding: chunked\r\n");

    private Http1Head() {}

    /** How the connection goes on, in the words of {@code Connection}. */
    enum Persistence {
        /** It stays, as HTTP/1.1 does without a word. */
        STAYS(""),
        /** It stays for an HTTP/1.0 client, which has to be told. */
        KEEP_ALIVE("Connection: keep-alive\r\n"),
        CLOSES("Connection: close\r\n"),
        /** It goes on with another protocol, RFC 6455 section 4.2.2. */
        SWITCHES("Connection: Upgrade\r\nUpgrade: websocket\r\n");

        private final String line;

        Persistence(String line) {
            this.line = line;
        }
    }

    static ByteBuf proceed() {
        return Unpooled.wrappedBuffer(CONTINUE);
    }

    static ByteBuf encode(ByteBufAllocator alloc, ResponseHead head, Persistence persistence) {
        HttpResponseStatus status = head.response().status();
        HeadText out = statusLine(status);
        Iterator<Map.Entry<CharSequence, CharSequence>> headers =
                head.response().headers().iteratorCharSequence();
        while (headers.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = headers.next();
            if (head.passes(header.getKey())) {
                out.line(header.getKey(), header.getValue());
            }
        }
        lines(out, head.added());
        if (head.body() == ResponseHead.Body.CHUNKED) {
            out.add(CHUNKED);
        }
        return out.add(persistence.line).lineEnd().toBuffer(alloc);
    }

    /** @param withBody false for an answer to HEAD */
    static ByteBuf encode(
            ByteBufAllocator alloc,
            ProxyError error,
            List<String> added,
            byte[] body,
            Persistence persistence,
            boolean withBody) {
        HeadText out = statusLine(HttpResponseStatus.valueOf(error.status()));
        lines(out, ErrorFields.of(error, added, body.length));
        out.add(persistence.line).lineEnd();
        return (withBody ? out.add(body) : out).toBuffer(alloc);
    }

    private static HeadText statusLine(HttpResponseStatus status) {
        return new HeadText()
                .add(VERSION)
                .add(status.codeAsText())
                .add(SPACE)
                .add(status.reasonPhrase())
                .lineEnd();
    }

    private static void lines(HeadText out, List<String> pairs) {
        for (int i = 0; i < pairs.size(); i += 2) {
            out.line(pairs.get(i), pairs.get(i + 1));
        }
    }
}
