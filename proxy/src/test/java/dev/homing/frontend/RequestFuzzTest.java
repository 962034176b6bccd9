// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.Fuzz;
import dev.homing.Mutation;
import dev.homing.StrictHttp;
import dev.homing.config.Limits;
import dev.homing.wire.Configs;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged requests: whatever passes the decoder and the guard is what a strict reader of the grammar sees as well, with the same head, the same
 * framing and the same body. What is refused is not looked at.
 */
@Tag("long")
final class RequestFuzzTest {

    private static final List<String> CORPUS = List.of(
            "GET /x?a=b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
            "GET http://h/x HTTP/1.1\r\nHost: h\r\nX-Empty:\r\nX-Bytes:  a\u00e4 b \t\r\n\r\n",
            "GET /x HTTP/1.0\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: h:80\r\n\r\n",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
            "POST /x HTTP/1.0\r\nHost: h\r\nContent-Length: 2\r\n\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n1B\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\nHost"
                    + "\r\n000\r\nX-T: y\r\nContent-Length: 3\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n");

    private final Limits limits = new Configs().limits();

    /** What passed of one request. */
    private static final class Passed {
        private final HttpRequest head;
        private final StringBuilder body = new StringBuilder();
        private boolean complete;

        Passed(HttpRequest head) {
            this.head = head;
        }

        @Override
        public String toString() {
            return head + " with " + Mutation.shown(body.toString()) + (complete ? "" : "...");
        }
    }

    @Test
    void whatPassesIsWhatAStrictReaderSees() {
        Fuzz.rounds(random -> {
            String wire = damaged(random);
            List<Passed> passed = passed(wire, random);
            List<StrictHttp.Message> seen = StrictHttp.requests(wire).messages();
            assertThat(passed).as(Mutation.shown(wire)).hasSizeLessThanOrEqualTo(seen.size());
            for (int i = 0; i < passed.size(); i++) {
                compare(passed.get(i), seen.get(i), "request " + i + " of " + Mutation.shown(wire));
            }
        });
    }

    @Test
    void whatIsNotDamagedPassesWhole() {
        Fuzz.rounds(random -> {
            StringBuilder wire = new StringBuilder();
            int count = 1 + random.nextInt(5);
            for (int i = 0; i < count; i++) {
                wire.append(CORPUS.get(random.nextInt(CORPUS.size())));
            }
            assertThat(passed(wire.toString(), random))
                    .as(Mutation.shown(wire.toString()))
                    .hasSize(count)
                    .allMatch(each -> each.complete);
        });
    }

    private static String damaged(Random random) {
        StringBuilder wire = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            wire.append(CORPUS.get(random.nextInt(CORPUS.size())));
        }
        return Mutation.of(wire.toString(), 4, random);
    }

    /** As the handler reads them: nothing behind the first that is refused. */
    private List<Passed> passed(String wire, Random random) {
        EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder(limits, () -> {}));
        List<Passed> passed = new ArrayList<>();
        try {
            for (byte[] part : Mutation.parts(wire, random)) {
                channel.writeInbound(Unpooled.wrappedBuffer(part));
                for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
                    boolean goesOn = take(message, passed);
                    ReferenceCountUtil.release(message);
                    if (!goesOn) {
                        return passed;
                    }
                }
            }
            return passed;
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private boolean take(Object message, List<Passed> passed) {
        if (message instanceof HttpRequest request) {
            if (FramingGuard.check(request, limits) != null) {
                return false;
            }
            passed.add(new Passed(request));
            return true;
        }
        HttpContent content = (HttpContent) message;
        if (content.decoderResult().isFailure()) {
            return false;
        }
        Passed last = passed.get(passed.size() - 1);
        last.body.append(content.content().toString(ISO_8859_1));
        last.complete = content instanceof LastHttpContent;
        return true;
    }

    private static void compare(Passed passed, StrictHttp.Message seen, String what) {
        HttpRequest head = passed.head;
        assertThat(List.of(
                        head.method().name(),
                        head.uri(),
                        Integer.toString(head.protocolVersion().minorVersion())))
                .as(what)
                .isEqualTo(seen.first());
        List<String> fields = new ArrayList<>();
        head.headers().forEach(field -> {
            fields.add(field.getKey());
            fields.add(field.getValue());
        });
        assertThat(fields).as(what).isEqualTo(seen.fields());
        assertThat(framing(head)).as(what).isEqualTo(seen.framing());
        if (passed.complete) {
            assertThat(seen.complete()).as("complete: %s", what).isTrue();
            assertThat(passed.body.toString()).as(what).isEqualTo(seen.body());
        } else {
            assertThat(seen.body()).as(what).startsWith(passed.body.toString());
        }
    }

    /** By the headers that a backend is sent. */
    private static String framing(HttpRequest head) {
        String length = head.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        return head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
                ? "chunked"
                : length == null ? "none" : Long.toString(Long.parseLong(length));
    }
}
