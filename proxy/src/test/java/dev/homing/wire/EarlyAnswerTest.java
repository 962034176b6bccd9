// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.wire.RecordingOrigin.Script;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that come before their request is complete, and {@code Expect}. */
final class EarlyAnswerTest extends WireCase {

    private static final String TOO_LARGE = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno";

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100000", "Content-Length: 10", "Transfer-Encoding: chunked"})
    void anAnswerBeforeTheBodyIsCompleteIsRelayedAndItsConnectionNotPooled(String framing) throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.head();
                    conversation.bytes(1);
                    conversation.send(TOO_LARGE);
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send("POST /x HTTP/1.1\r\nHost: h\r\n" + framing + "\r\n\r\n5\r\nhell");

        assertThat(client.response().status()).isEqualTo(413);
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theRestOfAnUploadIsNotSentAfterAnAnswerBegan(boolean chunked) throws Exception {
        Semaphore finish = new Semaphore(0);
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.head();
                    conversation.bytes(chunked ? "3\r\nabc\r\n".length() : 3);
                    conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nno");
                    if (finish.tryAcquire(5, TimeUnit.SECONDS)) {
                        conversation.send("pe");
                    }
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send("POST /x HTTP/1.1\r\nHost: h\r\n"
                + (chunked ? "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" : "Content-Length: 6\r\n\r\nabc"));
        assertThat(client.until("no")).startsWith("HTTP/1.1 200 OK");
        client.send(chunked ? "3\r\ndef\r\n0\r\n\r\n" : "def");
        Thread.sleep(100);
        finish.release();
        assertThat(client.bytes(2)).isEqualTo("pe");

        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(origin.conversation(0).received()).endsWith(chunked ? "\r\n\r\n3\r\nabc\r\n" : "\r\n\r\nabc");
        if (!chunked) {
            assertThat(client.send(GET).response().body()).isEqualTo("ok");
        }
    }

    @Test
    void aShortRestOfARequestIsReadPastToKeepItsConnection() throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.head();
                    conversation.bytes(1);
                    conversation.send(TOO_LARGE);
                    conversation.drain();
                });
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0");
        assertThat(client.response().status()).isEqualTo(413);
        client.send("123456789" + GET);

        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(origin.conversation(1).received()).startsWith("GET /x HTTP/1.1\r\n");
    }

    @Test
    void anAnswerToALongUploadIsNotLostToAReset() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.bytes(1000);
            conversation.send(TOO_LARGE);
            conversation.drain();
        });
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n");
        for (int i = 0; i < 100; i++) {
            client.send(new byte[10_000]);
        }

        RawClient.Response response = client.response();
        assertThat(response.status()).isEqualTo(413);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(client.ending()).isEqualTo("end");
    }

    @Test
    void continueIsAskedForAndGivenThrough() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            String head = conversation.head();
            conversation.send("HTTP/1.1 100 Continue\r\n\r\n");
            conversation.body(head);
            conversation.send(OK);
            conversation.drain();
        });
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        assertThat(client.response().status()).isEqualTo(100);
        client.send("hello");

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).received())
                .contains("Expect: 100-continue\r\n")
                .endsWith("hello");
    }

    @Test
    void aRefusalInPlaceOfContinueIsRelayed() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.send(TOO_LARGE);
            conversation.drain();
        });
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");

        assertThat(client.response().status()).isEqualTo(413);
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
    }

    @Test
    void aBackendThatSaysContinueUnaskedOrTwiceIsNotRepeated() throws Exception {
        RecordingOrigin origin = origin(Script.answering("HTTP/1.1 100 Continue\r\n\r\n".repeat(2) + OK));
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(client.response().status()).isEqualTo(100);
        assertThat(client.response().status()).isEqualTo(200);
        client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void anHttp10ClientIsNeverToldToContinue() throws Exception {
        RecordingOrigin origin = origin(Script.answering("HTTP/1.1 100 Continue\r\n\r\n" + OK));
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");

        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void anyOtherExpectationFails() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: the-unexpected\r\nContent-Length: 5\r\n\r\nhello");

        assertThat(client.response().status()).isEqualTo(417);
        assertThat(origin.connections()).isZero();
    }
}
