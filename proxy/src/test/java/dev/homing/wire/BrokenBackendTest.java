// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.health.Outcome;
import dev.homing.wire.RecordingOrigin.Script;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that do not keep to HTTP, or die. */
final class BrokenBackendTest extends HostileCase {

    static Stream<ArgumentSet> noResponses() {
        return Stream.of(
                argumentSet("garbage", "garbage\r\n\r\n"),
                argumentSet("a page without a head", "<html>hello</html>\r\n\r\n"),
                argumentSet("HTTP/0.9", "HTTP/0.9 200 OK\r\n\r\n"),
                argumentSet("HTTP/2.0 in HTTP/1 framing", "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet("status 99", "HTTP/1.1 99 Odd\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet("status 600", "HTTP/1.1 600 Odd\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet("status -200", "HTTP/1.1 -200 Odd\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet(
                        "two equal Content-Lengths in an answer",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet(
                        "two different Content-Lengths in an answer",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"),
                argumentSet(
                        "two different Content-Lengths in an HTTP/1.0 answer",
                        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\nok"),
                argumentSet("Content-Length: 2, 2 in an answer", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok"),
                argumentSet("Content-Length: +2 in an answer", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok"),
                argumentSet("Content-Length: -2 in an answer", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok"),
                argumentSet("an empty Content-Length in an answer", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\nok"),
                argumentSet(
                        "Content-Length, then Transfer-Encoding in an answer",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                argumentSet(
                        "Transfer-Encoding, then Content-Length in an answer",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"),
                argumentSet(
                        "Transfer-Encoding: gzip in an answer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"),
                argumentSet(
                        "Transfer-Encoding: gzip, chunked in an answer",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                argumentSet(
                        "Transfer-Encoding on two lines of an answer",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                argumentSet(
                        "chunks in an HTTP/1.0 answer",
                        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                argumentSet("a NUL in an answer's head", "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet("bare LFs in an answer's head", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
                argumentSet(
                        "a bare CR in an answer's head", "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet("an empty line before an answer", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet("status +200", "HTTP/1.1 +200 OK\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet("status 0200", "HTTP/1.1 0200 OK\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet("two spaces before a status", "HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet(
                        "a folded line in an answer", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet("a space before a colon in an answer", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok"),
                argumentSet(
                        "a header without a colon in an answer", "HTTP/1.1 200 OK\r\nX\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet(
                        "a huge header in an answer",
                        "HTTP/1.1 200 OK\r\nX-Huge: " + "x".repeat(70_000) + "\r\nContent-Length: 2\r\n\r\nok"),
                argumentSet(
                        "101 that nobody asked for",
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"),
                argumentSet(
                        "a 503 with two Content-Lengths",
                        "HTTP/1.1 503 Busy\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"));
    }

    @ParameterizedTest
    @MethodSource("noResponses")
    void whatIsNoResponseIsA502AndItsConnectionIsNotUsedAgain(String bytes) throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.request();
                    conversation.send(bytes);
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        RawClient.Response response = client.send(GET).response();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("\"code\":\"bad_gateway\"");
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(client.send(GET).response().body()).isEqualTo("ok");
        assertThat(plane.outcomes()).containsExactly(Outcome.RESET);
    }

    static Stream<ArgumentSet> heads() {
        return Stream.of(
                argumentSet("an end before an answer", ""),
                argumentSet("an end after the first letter of an answer", "H"),
                argumentSet("an end within a status line", "HTTP/1.1 200"),
                argumentSet("an end within a head", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void aBackendThatClosesWithinItsHeadIsA502(String bytes) throws Exception {
        RecordingOrigin origin = origin(Script.once(bytes));
        PlaneUnderTest plane = plane(origin);

        assertThat(client(plane).send(GET).response().status()).isEqualTo(502);
        assertThat(origin.connections()).isEqualTo(1);
        assertThat(plane.outcomes()).containsExactly(Outcome.RESET);
    }

    static Stream<ArgumentSet> bodies() {
        return Stream.of(
                argumentSet("chunks without end", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
                argumentSet("an end within a chunk", "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"),
                argumentSet(
                        "an end before the last line of the chunks",
                        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"),
                argumentSet("an answer shorter than its Content-Length", "Content-Length: 10\r\n\r\nhello"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void aBackendThatDiesMidwayIsSeenToHaveDied(String rest) throws Exception {
        RecordingOrigin origin = origin(Script.once("HTTP/1.1 200 OK\r\n" + rest));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(GET);
        String head = client.until("\r\n\r\n");
        String body = client.toEnd();

        assertThat(head).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(body).isEqualTo(rest.substring(rest.indexOf("\r\n\r\n") + 4));
        plane.awaitQuiet();
        assertThat(plane.outcomes()).containsExactly(Outcome.RESET);
        assertThat(plane.observer().finished().get(0).status()).isEqualTo(200);
    }

    @Test
    void aBodyThatLastsUntilTheEndIsCutWhenTheEndIsAReset() throws Exception {
        java.util.concurrent.Semaphore read = new java.util.concurrent.Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello");
            read.acquire();
            conversation.reset();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(GET);
        assertThat(client.until("hello\r\n")).contains("Transfer-Encoding: chunked");
        read.release();

        assertThat(client.toEnd()).isEmpty();
        plane.awaitQuiet();
        assertThat(plane.outcomes()).containsExactly(Outcome.RESET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "\r\nhello"})
    void aCutBodyThatLastsUntilTheEndEndsInAResetForItsClient(String rest) throws Exception {
        java.util.concurrent.Semaphore read = new java.util.concurrent.Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\n" + rest);
            read.acquire();
            conversation.reset();
        });
        RawClient client = client(plane(origin));

        client.send("GET /x HTTP/1.0\r\n\r\n");
        client.until("hello");
        read.release();

        assertThat(client.ending()).isEqualTo("reset");
    }

    static Stream<ArgumentSet> chunks() {
        return Stream.of(
                argumentSet("chunk size -5 in an answer", "-5\r\nhello\r\n"),
                argumentSet("chunk size +5 in an answer", "+5\r\nhello\r\n"),
                argumentSet("chunk size 0x5 in an answer", "0x5\r\nhello\r\n"),
                argumentSet("an empty chunk size in an answer", "\r\nhello\r\n"),
                argumentSet("a chunk size of 17 digits in an answer", "00000000000000005\r\nhello\r\n"),
                argumentSet("a chunk size that ends in LF only in an answer", "5\nhello\r\n"),
                argumentSet("a chunk that ends in LF only in an answer", "5\r\nhello\n"),
                argumentSet("a chunk longer than its size in an answer", "5\r\nhelloo\r\n"),
                argumentSet("a space behind a chunk size in an answer", "5 \r\nhello\r\n"),
                argumentSet("a NUL in a chunk extension of an answer", "5;a=\0\r\nhello\r\n"),
                argumentSet("a trailer of an answer without a colon", "0\r\nX\r\n"),
                argumentSet("a folded trailer of an answer", "0\r\nX: a\r\n b\r\n"),
                argumentSet("a bare CR in a trailer of an answer", "0\r\nX: a\rb\r\n"));
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void aChunkThatIsNoneCutsTheResponse(String chunk) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            // What is on its way when an answer is cut may be lost with it.
            begun.await(5, TimeUnit.SECONDS);
            conversation.send(chunk + "0\r\n\r\n");
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(GET).until("abc\r\n");
        begun.countDown();

        assertThat(client.toEnd()).doesNotContain("0\r\n\r\n");
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        plane.awaitQuiet();
        assertThat(plane.outcomes()).containsExactly(Outcome.RESET);
    }

    @Test
    void outcomesTellFaultsFromBackPressure() throws Exception {
        for (int status : new int[] {200, 400, 404, 429, 500, 502, 503, 504}) {
            RecordingOrigin origin =
                    origin(Script.answering("HTTP/1.1 " + status + " X\r\nContent-Length: 2\r\n\r\nok"));
            PlaneUnderTest plane = plane(origin);
            assertThat(client(plane).send(GET).response().status()).isEqualTo(status);
            plane.awaitQuiet();
            switch (status) {
                case 429, 503 -> assertThat(plane.outcomes()).containsExactly(Outcome.BACK_PRESSURE);
                case 502, 504 -> assertThat(plane.outcomes()).containsExactly(Outcome.BAD_GATEWAY);
                default -> assertThat(plane.outcomes()).isEmpty();
            }
        }
    }

    @Test
    void aBackendThatResetsEveryConnectionYields502s() throws IOException {
        RecordingOrigin origin = origin(Conversation::reset);
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        for (int i = 0; i < 100; i++) {
            assertThat(client.send(GET).response().status()).isEqualTo(502);
        }
    }
}
