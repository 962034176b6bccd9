// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.health.Outcome;
import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;

/** Where answers begin and end: what stands before them, those that have no body, and those that come byte by byte. */
final class AnswerBoundsTest extends HostileCase {

    private static final String EVIL = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";

    static Stream<ArgumentSet> bodiless() {
        return Stream.of(
                argumentSet("204 with a Content-Length", "GET", "204 X\r\nContent-Length: 4\r\n\r\n", true),
                argumentSet("204 with a body", "GET", "204 X\r\nContent-Length: 4\r\n\r\nbody", false),
                argumentSet(
                        "204 with chunks",
                        "GET",
                        "204 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
                        false),
                argumentSet("204 with another answer behind it", "GET", "204 X\r\n\r\n" + EVIL, false),
                argumentSet("304 with a Content-Length", "GET", "304 X\r\nContent-Length: 4\r\n\r\n", true),
                argumentSet("304 with a body", "GET", "304 X\r\nContent-Length: 4\r\n\r\nbody", false),
                argumentSet("304 with another answer behind it", "GET", "304 X\r\n\r\n" + EVIL, false),
                argumentSet(
                        "an answer to HEAD with a Content-Length", "HEAD", "200 X\r\nContent-Length: 4\r\n\r\n", true),
                argumentSet("an answer to HEAD with a body", "HEAD", "200 X\r\nContent-Length: 4\r\n\r\nbody", false),
                argumentSet(
                        "an answer to HEAD with chunks",
                        "HEAD",
                        "200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
                        false));
    }

    @ParameterizedTest
    @MethodSource("bodiless")
    void anAnswerWithoutABodyEndsWithItsHead(String method, String answer, boolean stays) throws Exception {
        RecordingOrigin origin = origins(n -> conversation -> {
            for (var r = conversation.request(); r != null; r = conversation.request()) {
                conversation.send(r.head().contains(" /odd ") ? "HTTP/1.1 " + answer : OK);
            }
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(method + " /odd HTTP/1.1\r\nHost: h\r\n\r\n" + GET);

        assertThat(client.responseToHead().status()).isEqualTo(Integer.parseInt(answer.substring(0, 3)));
        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(origin.connections()).isEqualTo(stays ? 1 : 2);
        if (!stays) {
            assertThat(origin.conversation(0).isOver(5000)).isTrue();
        }
        nextIsServed(plane);
    }

    static Stream<ArgumentSet> interims() {
        return Stream.of(
                argumentSet("100 before the answer", "HTTP/1.1 100 Continue\r\n\r\n"),
                argumentSet("102 before the answer", "HTTP/1.1 102 Processing\r\n\r\n"),
                argumentSet("103 before the answer", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
                argumentSet("199 before the answer", "HTTP/1.1 199 X\r\n\r\n"),
                argumentSet(
                        "a thousand interim answers", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(1000)));
    }

    @ParameterizedTest
    @MethodSource("interims")
    void whatStandsBeforeAnAnswerIsDropped(String interim) throws Exception {
        RecordingOrigin origin = origin(Script.answering(interim + OK));
        RawClient client = client(plane(origin));

        for (int i = 0; i < 2; i++) {
            RawClient.Response response = client.send(GET).response();
            assertThat(response.head()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(response.body()).isEqualTo("ok");
        }
        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void interimAnswersWithoutEndArePutUpWithForNoLongerThanSilence() throws Exception {
        configs.responseHead(Duration.ofMillis(300));
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.request();
                    while (true) {
                        conversation.send("HTTP/1.1 102 Processing\r\n\r\n".repeat(100));
                        Thread.sleep(1);
                    }
                });
        PlaneUnderTest plane = plane(origin);

        assertThat(client(plane).send(GET).response().status()).isEqualTo(504);
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(plane.outcomes()).containsExactly(Outcome.TIMEOUT);
        nextIsServed(plane);
    }

    static Stream<ArgumentSet> trickles() {
        return Stream.of(
                argumentSet("one byte at a time, by length", "Content-Length: 20", "%s", ""),
                argumentSet("one byte at a time, in chunks", "Transfer-Encoding: chunked", "1\r\n%s\r\n", "0\r\n\r\n"),
                argumentSet("one byte at a time, until the end", "X: y", "%s", ""));
    }

    @ParameterizedTest
    @MethodSource("trickles")
    void everyByteIsRelayedAtOnce(String framing, String part, String end) throws Exception {
        Semaphore seen = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
            for (int i = 0; i < 20; i++) {
                conversation.send(part.formatted((char) ('a' + i)));
                if (!seen.tryAcquire(5, TimeUnit.SECONDS)) {
                    return; // the byte before was not relayed
                }
            }
            conversation.send(end);
        });
        RawClient client = client(plane(origin));

        client.send(GET).until("\r\n\r\n");
        for (int i = 0; i < 20; i++) {
            client.until(String.valueOf((char) ('a' + i)));
            seen.release();
        }
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
    }

    static Stream<ArgumentSet> backPressure() {
        return Stream.of(argumentSet("429 with Retry-After", 429), argumentSet("503 with Retry-After", 503));
    }

    @ParameterizedTest
    @MethodSource("backPressure")
    void aBackendThatAsksToWaitIsHeardAndGoesOnServing(int status) throws Exception {
        String busy = "HTTP/1.1 " + status + " X\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy";
        RecordingOrigin origin = origin(Script.answering(busy));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        for (int i = 0; i < 10; i++) {
            RawClient.Response response = client.send(GET).response();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.header("Retry-After")).isEqualTo("7");
            assertThat(response.body()).isEqualTo("busy");
        }
        assertThat(origin.connections()).isEqualTo(1);
        assertThat(plane.observer().retries()).isEmpty();
        assertThat(plane.outcomes()).hasSize(10).containsOnly(Outcome.BACK_PRESSURE);
    }
}
