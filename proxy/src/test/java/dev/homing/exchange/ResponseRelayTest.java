// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseRelayTest {

    private static final String CHUNKS = "5;x=y\r\nhello\r\n03\r\nabc\r\n0\r\nT: u\r\n\r\n";

    private final RecordingClient modern = new RecordingClient(true);
    private final RecordingClient old = new RecordingClient(false);
    private final List<ByteBuf> buffers = new ArrayList<>();

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(buffers).allMatch(buffer -> buffer.refCnt() == 0);
    }

    @Test
    void chunksPassAsTheyAreWhereTheClientTakesThem() {
        for (int cut = 1; cut < CHUNKS.length(); cut++) {
            RecordingClient client = new RecordingClient(true);
            ResponseRelay relay = new ResponseRelay(client, new ChunkedBody(), null);
            relay.relay(bytes(CHUNKS.substring(0, cut)));
            relay.relay(bytes(CHUNKS.substring(cut)));

            assertThat(relay.body()).isEqualTo(ResponseHead.Body.CHUNKED);
            assertThat(relay.complete()).isTrue();
            assertThat(client.body.toString()).isEqualTo(CHUNKS);
        }
    }

    @Test
    void chunksAreTakenOffForAClientThatDoesNotKnowThem() {
        for (int cut = 1; cut < CHUNKS.length(); cut++) {
            RecordingClient client = new RecordingClient(false);
            ResponseRelay relay = new ResponseRelay(client, new ChunkedBody(), null);
            relay.relay(bytes(CHUNKS.substring(0, cut)));
            relay.relay(bytes(CHUNKS.substring(cut)));

            assertThat(relay.body()).isEqualTo(ResponseHead.Body.UNTIL_CLOSE);
            assertThat(relay.complete()).isTrue();
            assertThat(client.body.toString()).isEqualTo("helloabc");
        }
    }

    @Test
    void aBodyThatLastsUntilTheEndIsChunked() {
        ResponseRelay relay = new ResponseRelay(modern, new BodyFraming.UntilClose(), null);
        relay.relay(bytes("hello"));
        relay.relay(bytes("x".repeat(16)));
        assertThat(relay.complete()).isFalse();
        relay.close();

        assertThat(relay.body()).isEqualTo(ResponseHead.Body.CHUNKED);
        assertThat(modern.body.toString()).isEqualTo("5\r\nhello\r\n10\r\n" + "x".repeat(16) + "\r\n0\r\n\r\n");
    }

    @Test
    void aBodyThatLastsUntilTheEndStaysSoForAClientThatKnowsNoChunks() {
        ResponseRelay relay = new ResponseRelay(old, new BodyFraming.UntilClose(), null);
        relay.relay(bytes("hello"));
        relay.close();

        assertThat(relay.body()).isEqualTo(ResponseHead.Body.UNTIL_CLOSE);
        assertThat(old.body.toString()).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void itIsBetweenEventsAtTheBeginAndBehindBlankLinesOnly(String line) {
        String[] events = {"data: {\"a\":\"\\n\\n\"}", ": ping", "event: x" + line + "data: y", "data: [DONE]"};
        ResponseRelay relay = watched(modern, new BodyFraming.UntilClose());
        assertThat(relay.betweenEvents()).isTrue();

        for (String event : events) {
            String bytes = event + line + line;
            for (int i = 0; i < bytes.length(); i++) {
                relay.relay(bytes(bytes.substring(i, i + 1)));
                assertThat(relay.betweenEvents()).as(bytes.substring(0, i + 1)).isEqualTo(i == bytes.length() - 1);
            }
        }
    }

    @Test
    void aPieceIsPutInBetweenTwoChunks() {
        assertThat(pinged(modern, "3;x=y\r\na\n\n\r\n2\r\n\n\n\r\n0\r\n\r\n"))
                .isEqualTo("1\r\n~\r\n3;x=y\r\na\n\n\r\n1\r\n~\r\n2\r\n\n\n\r\n1\r\n~\r\n0\r\n\r\n");
        assertThat(pinged(old, "4\r\na\n\nb\r\n3\r\nc\n\n\r\n0\r\n\r\n")).isEqualTo("~a\n\nbc\n\n~");
    }

    @Test
    void nothingIsPutIntoABodyOfDeclaredLengthOrOneThatIsNotWatched() {
        assertThat(watched(modern, new BodyFraming.Fixed(10)).betweenEvents()).isFalse();
        assertThat(new ResponseRelay(modern, new ChunkedBody(), null).betweenEvents())
                .isFalse();
    }

    private static ResponseRelay watched(RecordingClient client, BodyFraming framing) {
        ResponseRelay relay = new ResponseRelay(client, framing, null);
        relay.watchEvents();
        return relay;
    }

    /** What the client gets of a chunked body when a piece is put in wherever one may be. */
    private String pinged(RecordingClient client, String wire) {
        ResponseRelay relay = watched(client, new ChunkedBody());
        for (int i = 0; i < wire.length(); i++) {
            if (relay.betweenEvents()) {
                relay.insert(bytes("~"));
                assertThat(relay.betweenEvents()).isTrue();
            }
            relay.relay(bytes(wire.substring(i, i + 1)));
        }
        return client.body.toString();
    }

    @Test
    void bytesBehindTheBodyAreDroppedAndRemembered() {
        ResponseRelay fixed = new ResponseRelay(modern, new BodyFraming.Fixed(3), null);
        fixed.relay(bytes("abc"));
        assertThat(fixed.excess()).isFalse();
        fixed.relay(bytes("d"));
        assertThat(fixed.excess()).isTrue();
        ResponseRelay chunked = new ResponseRelay(modern, new ChunkedBody(), null);
        chunked.relay(bytes("1\r\nd\r\n0\r\n\r\nHTTP/1.1 200"));
        assertThat(chunked.excess()).isTrue();
        ResponseRelay plain = new ResponseRelay(old, new ChunkedBody(), null);
        plain.relay(bytes("1\r\nd\r\n0\r\n\r\nHTTP/1.1 200"));
        assertThat(plain.excess()).isTrue();

        assertThat(modern.body.toString()).isEqualTo("abc1\r\nd\r\n0\r\n\r\n");
        assertThat(old.body.toString()).isEqualTo("d");
    }

    @Test
    void whatBreaksItsFramingIsNotRelayed() {
        ResponseRelay relay = new ResponseRelay(modern, new ChunkedBody(), null);
        assertThatThrownBy(() -> relay.relay(bytes("zz\r\n"))).isInstanceOf(BodyFraming.Broken.class);

        assertThat(modern.body).isEmpty();
    }

    private ByteBuf bytes(String text) {
        ByteBuf buffer = Unpooled.copiedBuffer(text, ISO_8859_1);
        buffers.add(buffer);
        return buffer;
    }
}
