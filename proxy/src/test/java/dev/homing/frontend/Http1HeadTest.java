// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.exchange.ProxyError;
import dev.homing.exchange.ResponseHead;
import dev.homing.frontend.Http1Head.Persistence;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

final class Http1HeadTest {

    private static final UnpooledByteBufAllocator ALLOC = UnpooledByteBufAllocator.DEFAULT;

    @Test
    void aHeadKeepsWhatDoesNotEndHereAndSaysHowItGoesOn() {
        HttpResponse response = response(200, "X-B", "\u00e4", "X-Gone", "1", "x-b", "2");
        ResponseHead.HopByHop ending = name -> name.toString().equals("X-Gone");

        assertThat(text(Http1Head.encode(
                        ALLOC,
                        new ResponseHead(response, ending, ResponseHead.Body.CHUNKED, List.of("Via", "1.1 me")),
                        Persistence.STAYS)))
                .isEqualTo(
                        "HTTP/1.1 200 OK\r\nX-B: \u00e4\r\nx-b: 2\r\nVia: 1.1 me\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(text(Http1Head.encode(
                        ALLOC,
                        new ResponseHead(response(200), ending, ResponseHead.Body.UNTIL_CLOSE, List.of()),
                        Persistence.CLOSES)))
                .isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    }

    @Test
    void a204TellsNoLength() {
        assertThat(text(Http1Head.encode(
                        ALLOC,
                        new ResponseHead(
                                response(204, "content-length", "0"),
                                name -> false,
                                ResponseHead.Body.AS_DECLARED,
                                List.of()),
                        Persistence.KEEP_ALIVE)))
                .isEqualTo("HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
    }

    @Test
    void anErrorTellsItsLengthWithOrWithoutItsBody() {
        ProxyError error = ProxyError.noBackend("default");
        byte[] body = error.body("/");

        String head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length + "\r\nRetry-After: 2\r\nX: y\r\n\r\n";
        assertThat(text(Http1Head.encode(ALLOC, error, List.of("X", "y"), body, Persistence.STAYS, true)))
                .isEqualTo(head + new String(body, ISO_8859_1));
        assertThat(text(Http1Head.encode(ALLOC, error, List.of("X", "y"), body, Persistence.STAYS, false)))
                .isEqualTo(head);
    }

    @Test
    void a405NamesWhatIsAllowed() {
        ProxyError error = ProxyError.invalid(405, "method_not_allowed", "x");

        assertThat(text(Http1Head.encode(ALLOC, error, List.of(), error.body("/"), Persistence.CLOSES, true)))
                .contains("\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\nConnection: close\r\n\r\n{");
    }

    private static HttpResponse response(int status, String... headers) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        for (int i = 0; i < headers.length; i += 2) {
            response.headers().add(headers[i], headers[i + 1]);
        }
        return response;
    }

    private static String text(ByteBuf buffer) {
        try {
            return buffer.toString(ISO_8859_1);
        } finally {
            buffer.release();
        }
    }
}
