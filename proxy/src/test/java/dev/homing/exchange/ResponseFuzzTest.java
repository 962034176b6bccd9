// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.Fuzz;
import dev.homing.Mutation;
import dev.homing.StrictHttp;
import dev.homing.frontend.WrittenHead;
import dev.homing.upstream.EmbeddedBackend;
import dev.homing.upstream.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged responses, from the backend's connection to the bytes that a client gets: whatever is relayed to its end is what a strict reader of the
 * grammar sees as well, what the client gets is complete by its own framing, and a connection is kept only if no byte is left over.
 */
@Tag("long")
final class ResponseFuzzTest {

    private static final List<String> CORPUS = List.of(
            "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n\r\n0\r\n\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n0a\r\n0123456789\r\n000\r\nX-T: y\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\n\r\nuntil the end",
            "HTTP/1.0 200\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy",
            "HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbusy\r\n0\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\n\r\nbusy");

    /** One exchange's side of it: relays what it is told, and keeps how it went. */
    private static final class Relaying implements Attempt.Owner, Attempt.Reader {

        private final RecordingClient client;
        private final Attempt attempt;
        private final boolean toHead;
        private @Nullable HttpResponse head;
        private @Nullable ResponseRelay relay;
        private boolean complete;

        Relaying(boolean toHead, boolean takesChunks) {
            client = new RecordingClient(takesChunks);
            this.toHead = toHead;
            attempt = new Attempt(this, this, request(toHead));
        }

        @Override
        public void connected(UpstreamConnection connection) {}

        @Override
        public void proceed() {}

        @Override
        public void answered(Attempt by, HttpResponse head, BodyFraming framing) {
            this.head = head;
            relay = new ResponseRelay(client, framing, null);
            completeIf(relay.complete());
        }

        @Override
        public void switched(HttpResponse head, UpstreamConnection connection) {
            throw new AssertionError("nothing else was asked for");
        }

        @Override
        public void bytes(ByteBuf wire) {
            try {
                relay.relay(wire);
            } catch (BodyFraming.Broken e) {
                attempt.abandon();
                return;
            }
            completeIf(relay.complete());
        }

        @Override
        public void readComplete() {}

        @Override
        public void writabilityChanged() {}

        @Override
        public void ended(@Nullable Throwable cause) {
            if (relay.untilClose() && cause == null) {
                relay.close();
                completeIf(true);
            }
        }

        @Override
        public void failed(Failure failure, String detail) {}

        private void completeIf(boolean reached) {
            if (reached) {
                complete = true;
                attempt.complete(!relay.excess());
            }
        }
    }

    private static RequestHead request(boolean toHead) {
        HttpRequest request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, toHead ? HttpMethod.HEAD : HttpMethod.GET, "/x");
        return RequestHead.of(request, new ClientInfo(InetAddress.getLoopbackAddress(), "http"));
    }

    @Test
    void whatIsRelayedToItsEndIsWhatAStrictReaderSees() {
        Fuzz.rounds(random -> {
            String wire = Mutation.of(CORPUS.get(random.nextInt(CORPUS.size())), 4, random);
            boolean toHead = random.nextInt(8) == 0;
            boolean ends = random.nextBoolean();
            check(wire, toHead, ends, random);
        });
    }

    @Test
    void whatIsNotDamagedIsRelayedToItsEnd() {
        Fuzz.rounds(random -> {
            String wire = CORPUS.get(random.nextInt(CORPUS.size()));
            assertThat(check(wire, false, true, random))
                    .as(Mutation.shown(wire))
                    .isTrue();
        });
    }

    /** Whether it was relayed to its end. */
    private static boolean check(String wire, boolean toHead, boolean ends, Random random) {
        String what = (toHead ? "to HEAD, " : "") + (ends ? "ends, " : "") + Mutation.shown(wire);
        EmbeddedBackend backend = new EmbeddedBackend();
        Relaying relaying = new Relaying(toHead, random.nextInt(4) > 0);
        relaying.attempt.leased(backend.lease(relaying.attempt));
        for (byte[] part : Mutation.parts(wire, random)) {
            if (backend.channel().isActive()) {
                backend.says(new String(part, ISO_8859_1));
            }
        }
        boolean kept = relaying.complete && backend.channel().isActive();
        if (ends) {
            backend.channel().close();
        }
        if (relaying.complete) {
            compare(relaying, StrictHttp.response(wire, toHead), ends, kept, what);
        }
        relaying.attempt.abandon();
        backend.channel().finishAndReleaseAll();
        return relaying.complete;
    }

    private static void compare(
            Relaying relaying, StrictHttp.Reading reading, boolean ends, boolean kept, String what) {
        assertThat(reading.messages()).as("%s: %s", reading.fault(), what).isNotEmpty();
        StrictHttp.Message seen = reading.messages().get(reading.messages().size() - 1);
        boolean untilClose = seen.framing().equals("close");
        assertThat(seen.complete() || (untilClose && ends))
                .as("complete, %s: %s", reading.fault(), what)
                .isTrue();
        HttpResponse head = relaying.head;
        assertThat(List.of(
                        Integer.toString(head.protocolVersion().minorVersion()),
                        Integer.toString(head.status().code())))
                .as(what)
                .isEqualTo(seen.first());
        List<String> fields = new ArrayList<>();
        head.headers().forEach(field -> {
            fields.add(field.getKey());
            fields.add(field.getValue());
        });
        assertThat(passedOn(fields)).as(what).isEqualTo(passedOn(seen.fields()));
        assertThat(gets(relaying, what)).as(what).isEqualTo(seen.body());
        if (kept) {
            assertThat(reading.rest())
                    .as("left over on a kept connection: %s", what)
                    .isEmpty();
        }
    }

    /** Without codings, which end at this hop and which the decoder writes anew. */
    private static List<String> passedOn(List<String> fields) {
        List<String> passed = new ArrayList<>();
        for (int i = 0; i < fields.size(); i += 2) {
            if (!fields.get(i).equalsIgnoreCase("Transfer-Encoding")) {
                passed.addAll(fields.subList(i, i + 2));
            }
        }
        return passed;
    }

    /** The body as the client reads it, from an answer that is one and nothing else. */
    private static String gets(Relaying relaying, String what) {
        String wire = WrittenHead.of(ResponseHead.of(relaying.head, relaying.relay.body(), "me", List.of()))
                + relaying.client.body;
        StrictHttp.Reading reading = StrictHttp.response(wire, relaying.toHead);
        String told = "the client got " + Mutation.shown(wire) + ", the backend said " + what;
        assertThat(reading.messages()).as(told).hasSize(1);
        StrictHttp.Message message = reading.messages().get(0);
        if (!message.framing().equals("close")) {
            assertThat(message.complete()).as(told).isTrue();
            assertThat(reading.rest()).as(told).isEmpty();
        }
        return message.body();
    }
}
