// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ProxyError;
import dev.homing.exchange.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Response heads as HTTP/1.1 writes them, RFC 9112 section 4. */
final class Http1Head {

    /** {@code 100 Continue}; never released, because it is no pooled buffer. */
    private static final byte[] CONTINUE =
            "HTTP/1.1 100 Continue\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    /** Methods that are taken, in the words of {@code Allow}. */
    static final String ALLOWED = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

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
        ByteBuf out = alloc.buffer(512);
        statusLine(out, status);
        Iterator<Map.Entry<CharSequence, CharSequence>> headers =
                head.response().headers().iteratorCharSequence();
        while (headers.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = headers.next();
            boolean ends = head.ending().contains(header.getKey());
            // RFC 9110 section 8.6: none with 1xx and 204.
            boolean lengthOfNothing = (status.code() < 200 || status.code() == 204)
                    && HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(header.getKey());
            if (!ends && !lengthOfNothing) {
                line(out, header.getKey(), header.getValue());
            }
        }
        lines(out, head.added());
        if (head.body() == ResponseHead.Body.CHUNKED) {
            line(out, "Transfer-Encoding", "chunked");
        }
        ByteBufUtil.writeAscii(out, persistence.line);
        ByteBufUtil.writeAscii(out, "\r\n");
        return out;
    }

    /** @param withBody false for an answer to HEAD */
    static ByteBuf encode(
            ByteBufAllocator alloc,
            ProxyError error,
            List<String> added,
            byte[] body,
            Persistence persistence,
            boolean withBody) {
        ByteBuf out = alloc.buffer(256 + body.length);
        statusLine(out, HttpResponseStatus.valueOf(error.status()));
        line(out, "Content-Type", "application/json");
        line(out, "Content-Length", Integer.toString(body.length));
        if (error.retryAfter() > 0) {
            line(out, "Retry-After", Integer.toString(error.retryAfter()));
        }
        if (error.status() == 401) {
            line(out, "WWW-Authenticate", "Bearer");
        }
        if (error.status() == 405) {
            line(out, "Allow", ALLOWED);
        }
        lines(out, added);
        ByteBufUtil.writeAscii(out, persistence.line);
        ByteBufUtil.writeAscii(out, "\r\n");
        if (withBody) {
            out.writeBytes(body);
        }
        return out;
    }

    private static void statusLine(ByteBuf out, HttpResponseStatus status) {
        ByteBufUtil.writeAscii(out, "HTTP/1.1 ");
        ByteBufUtil.writeAscii(out, status.codeAsText());
        out.writeByte(' ');
        ByteBufUtil.writeAscii(out, status.reasonPhrase());
        ByteBufUtil.writeAscii(out, "\r\n");
    }

    private static void lines(ByteBuf out, List<String> pairs) {
        for (int i = 0; i < pairs.size(); i += 2) {
            line(out, pairs.get(i), pairs.get(i + 1));
        }
    }

    private static void line(ByteBuf out, CharSequence name, CharSequence value) {
        ByteBufUtil.writeAscii(out, name);
        ByteBufUtil.writeAscii(out, ": ");
        ByteBufUtil.writeAscii(out, value);
        ByteBufUtil.writeAscii(out, "\r\n");
    }
}
