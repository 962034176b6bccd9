// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests whose end, or whose headers, two parties could see in two ways. */
final class FramingTest extends HostileCase {

    private static final String POST = "POST /x HTTP/1.1\r\nHost: h\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    static Stream<ArgumentSet> lengths() {
        return Stream.of(
                argumentSet(
                        "Content-Length, then Transfer-Encoding", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
                argumentSet(
                        "Transfer-Encoding, then Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 5"),
                argumentSet("two equal Content-Lengths", "Content-Length: 5\r\nContent-Length: 5"),
                argumentSet("two different Content-Lengths", "Content-Length: 5\r\nContent-Length: 6"),
                argumentSet("Content-Length: 5, 5", "Content-Length: 5, 5"),
                argumentSet("Content-Length: +5", "Content-Length: +5"),
                argumentSet("Content-Length: -1", "Content-Length: -1"),
                argumentSet("Content-Length: 0x5", "Content-Length: 0x5"),
                argumentSet("Content-Length: 5_0", "Content-Length: 5_0"),
                argumentSet("Content-Length: 1e1", "Content-Length: 1e1"),
                argumentSet("Content-Length: 5 5", "Content-Length: 5 5"),
                argumentSet("Content-Length with a VT behind it", "Content-Length: 5\u000b"),
                argumentSet("Content-Length without a value", "Content-Length: "),
                argumentSet("Content-Length of 20 digits", "Content-Length: 12345678901234567890"));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void aLengthThatIsNotOneNumberIsRefused(String headers) throws Exception {
        refused(POST + headers + "\r\n\r\n0\r\n\r\n", 400);
    }

    static Stream<ArgumentSet> codings() {
        return Stream.of(
                argumentSet("Transfer-Encoding: chunked, gzip", "Transfer-Encoding: chunked, gzip"),
                argumentSet("Transfer-Encoding: gzip, chunked", "Transfer-Encoding: gzip, chunked"),
                argumentSet("Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked, chunked"),
                argumentSet("Transfer-Encoding: identity", "Transfer-Encoding: identity"),
                argumentSet("Transfer-Encoding: xchunked", "Transfer-Encoding: xchunked"),
                argumentSet("Transfer-Encoding without a value", "Transfer-Encoding: "),
                argumentSet("Transfer-Encoding: chunked;q=1", "Transfer-Encoding: chunked;q=1"),
                argumentSet("Transfer-Encoding: chunked,", "Transfer-Encoding: chunked,"),
                argumentSet("Transfer-Encoding: \"chunked\"", "Transfer-Encoding: \"chunked\""),
                argumentSet(
                        "Transfer-Encoding on two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
                argumentSet(
                        "Transfer-Encoding on two lines, the first unknown",
                        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
                argumentSet("Transfer-Encoding with a VT before it", "Transfer-Encoding: \u000bchunked"),
                argumentSet("Transfer-Encoding with a VT behind it", "Transfer-Encoding: chunked\u000b"),
                argumentSet("Transfer-Encoding with a NUL before it", "Transfer-Encoding: \0chunked"),
                argumentSet("Transfer-Encoding with a NUL behind it", "Transfer-Encoding: chunked\0"),
                argumentSet("Transfer-Encoding with 0x80 before it", "Transfer-Encoding: \u0080chunked"),
                argumentSet("Transfer-Encoding with 0xA0 behind it", "Transfer-Encoding: chunked\u00a0"));
    }

    @ParameterizedTest
    @MethodSource("codings")
    void aCodingOtherThanChunkedOnceIsRefused(String headers) throws Exception {
        refused(POST + headers + "\r\n\r\n0\r\n\r\n", 400);
    }

    @Test
    void chunksInHttp10AreRefused() throws Exception {
        refused("POST /x HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    }

    static Stream<ArgumentSet> heads() {
        return Stream.of(
                argumentSet("a space before the colon of Content-Length", POST + "Content-Length : 5\r\n\r\nhello"),
                argumentSet(
                        "a space before the colon of Transfer-Encoding",
                        POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
                argumentSet("a tab before a colon", POST + "X\t: a\r\n\r\n"),
                argumentSet("a space within a name", POST + "X Y: a\r\n\r\n"),
                argumentSet("a bare LF between headers", POST + "X: a\nContent-Length: 5\r\n\r\nhello"),
                argumentSet("a bare LF behind the request line", "POST /x HTTP/1.1\nHost: h\r\n\r\n"),
                argumentSet("a bare LF in the line that ends the head", POST + "X: a\r\n\n"),
                argumentSet("bare LFs throughout the head", "POST /x HTTP/1.1\nHost: h\n\n"),
                argumentSet("a bare CR between headers", POST + "X: a\rContent-Length: 5\r\n\r\nhello"),
                argumentSet("a bare CR in the request line", "POST /x\r HTTP/1.1\r\nHost: h\r\n\r\n"),
                argumentSet("a bare CR in a name", POST + "X\rY: a\r\n\r\n"),
                argumentSet("a NUL in a value", POST + "X: a\0b\r\n\r\n"),
                argumentSet("a NUL in a name", POST + "X\0: a\r\n\r\n"),
                argumentSet("a NUL in the request line", "POST /x\0 HTTP/1.1\r\nHost: h\r\n\r\n"),
                argumentSet("\\r\\r\\n behind a header", POST + "X: a\r\r\n\r\n"),
                argumentSet("\\r\\r\\n in place of the empty line", POST + "X: a\r\n\r\r\n"),
                argumentSet("\\r\\r\\n behind the request line", "POST /x HTTP/1.1\r\r\nHost: h\r\n\r\n"),
                argumentSet("a line folded by a space", POST + "X: a\r\n b\r\n\r\n"),
                argumentSet("a line folded by a tab", POST + "X: a\r\n\tb\r\n\r\n"),
                argumentSet(
                        "a Transfer-Encoding folded away from its value",
                        POST + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
                argumentSet("a first header that is folded", "POST /x HTTP/1.1\r\n Host: h\r\n\r\n"),
                argumentSet("a header without a colon", POST + "nocolon\r\n\r\n"),
                argumentSet("an empty name", POST + ": empty\r\n\r\n"),
                argumentSet(
                        "a head of a WebSocket draft that hides 8 bytes",
                        "GET /x HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\nGET /sle"),
                argumentSet("an 8-bit name", POST + "X\u00e4: a\r\n\r\n"),
                argumentSet("two spaces behind the method", "POST  /x HTTP/1.1\r\nHost: h\r\n\r\n"),
                argumentSet("a tab in place of a space in the request line", "POST\t/x HTTP/1.1\r\nHost: h\r\n\r\n"),
                argumentSet("a space behind the version", "POST /x HTTP/1.1 \r\nHost: h\r\n\r\n"),
                argumentSet(
                        "two different Content-Lengths in HTTP/1.0",
                        "POST /x HTTP/1.0\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 2\r\n\r\nhello"));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void aHeadThatIsNotWrittenAsItMustIsRefused(String request) throws Exception {
        refused(request, 400);
    }

    static Stream<ArgumentSet> chunks() {
        return Stream.of(
                argumentSet("chunk size -5", "-5\r\nhello\r\n"),
                argumentSet("chunk size +5", "+5\r\nhello\r\n"),
                argumentSet("chunk size 0x5", "0x5\r\nhello\r\n"),
                argumentSet("chunk size 5_0", "5_0\r\nhello\r\n"),
                argumentSet("an empty chunk size", "\r\nhello\r\n"),
                argumentSet("a chunk size of 17 digits", "10000000000000005\r\nhello\r\n"),
                argumentSet("a chunk size of 17 digits that are zeros", "00000000000000005\r\nhello\r\n"),
                argumentSet("a chunk size beyond 2 GiB", "100000005\r\nhello\r\n"),
                argumentSet("a chunk size of 16 digits that wraps around", "ffffffffffffffff\r\nhello\r\n"),
                argumentSet("a space before a chunk size", " 5\r\nhello\r\n"),
                argumentSet("a chunk size that ends in LF only", "5\nhello\r\n"),
                argumentSet("a chunk that ends in LF only", "5\r\nhello\n0\n\n"),
                argumentSet("a chunk longer than its size", "5\r\nhellooo\r\n"),
                argumentSet("a chunk shorter than its size", "5\r\nhel\r\n0\r\n\r\n"),
                argumentSet("a NUL in a chunk extension", "5;a=\0\r\nhello\r\n"),
                argumentSet("a bare CR in a chunk extension", "5;a=\rb\r\nhello\r\n"),
                argumentSet("a bare LF in a quoted chunk extension", "5;a=\"\n\"\r\nhello\r\n"),
                argumentSet("what is no extension behind a chunk size", "5 x\r\nhello\r\n"),
                argumentSet("an endless chunk extension", "5;a=" + "x".repeat(20_000)),
                argumentSet(
                        "chunks with an extension each, without end",
                        "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n".repeat(2000)),
                argumentSet("trailers without end", "0\r\n" + "X: y\r\n".repeat(10_000)),
                argumentSet("a folded trailer", "0\r\nX: a\r\n b\r\n\r\n"),
                argumentSet("a bare CR in a trailer", "0\r\nX: a\rb\r\n\r\n"),
                argumentSet("a bare LF in a trailer", "0\r\nX: a\nb: c\r\n\r\n"),
                argumentSet("a NUL in a trailer", "0\r\nX: \0\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void aChunkThatIsNoneAbortsTheRequest(String chunk) throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.head();
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(CHUNKED + "3\r\nabc\r\n");
        await().until(() -> origin.conversation(0).received().endsWith("abc\r\n"));
        RawClient.Response response = client.send(chunk + "0\r\n\r\n" + HIDDEN).response();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(client.ends()).isTrue();
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(origin.conversation(0).received()).doesNotContain("\r\n0\r\n", "hidden");
        plane.awaitQuiet();
        assertThat(plane.outcomes()).isEmpty();
        assertThat(plane.observer().rejections()).containsExactly("malformed_request");
        nextIsServed(plane);
        assertThat(origin.connections()).isEqualTo(2);
    }

    @Test
    void manySmallChunksArriveWholeAndAreHeldNoFurtherThanTheLimitOfABody() throws Exception {
        configs.body(20_000);
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);

        assertThat(client(plane)
                        .send(CHUNKED + "1\r\nx\r\n".repeat(20_000) + "0\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(200);
        assertThat(origin.conversation(0).received()).endsWith("0\r\n\r\n").contains("x\r\n");
        RawClient client = client(plane);
        assertThat(client.send(CHUNKED + "1\r\nx\r\n".repeat(20_001) + "0\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(413);
        assertThat(client.ending()).isEqualTo("end");
        nextIsServed(plane);
    }

    static Stream<ArgumentSet> departures() {
        return Stream.of(
                argumentSet("a body shorter than its length that ends with a FIN", false),
                argumentSet("a body shorter than its length that ends with a reset", true));
    }

    @ParameterizedTest
    @MethodSource("departures")
    void aBodyShorterThanItsLengthIsNeverCompleted(boolean reset) throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.head();
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(POST + "Content-Length: 10\r\n\r\nabc");
        await().until(() -> origin.conversation(0).received().endsWith("abc"));
        if (reset) {
            client.reset();
        } else {
            client.endOutput();
        }

        assertThat(origin.conversation(0).isOver(1000)).isTrue();
        assertThat(origin.conversation(0).received()).endsWith("\r\n\r\nabc");
        plane.awaitQuiet();
        assertThat(plane.outcomes()).isEmpty();
        nextIsServed(plane);
        assertThat(origin.connections()).isEqualTo(2);
    }

    static Stream<ArgumentSet> remainders() {
        return Stream.of(
                argumentSet("letters after a body", "cdefgh\r\n\r\n"),
                argumentSet("NULs after a body", "\0\0\0\0\r\n\r\n"),
                argumentSet("a chunk after a body", "0\r\n\r\n"),
                argumentSet("a space before the next request", " GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"),
                argumentSet("a NUL before the next request", "\0GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"),
                argumentSet("a bare CR before the next request", "\rGET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"),
                argumentSet("a bare LF before the next request", "\nGET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource("remainders")
    void bytesAfterABodyThatAreNoRequestAreRefusedAfterItsAnswer(String rest) throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.request();
                    if (go.tryAcquire(5, TimeUnit.SECONDS)) {
                        conversation.send(OK);
                    }
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(POST + "Content-Length: 2\r\n\r\nab" + rest);
        await().atMost(Duration.ofSeconds(5))
                .until(() -> origin.conversation(0).received().endsWith("\r\n\r\nab"));
        go.release();

        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(client.response().status()).isEqualTo(400);
        assertThat(client.ends()).isTrue();
        assertThat(origin.conversation(0).received()).endsWith("\r\n\r\nab");
        assertThat(origin.connections()).isEqualTo(1);
    }

    static Stream<ArgumentSet> trailers() {
        return Stream.of(
                argumentSet("a trailer Content-Length", "Content-Length: 50"),
                argumentSet("a trailer Transfer-Encoding", "Transfer-Encoding: gzip"),
                argumentSet("a trailer Host", "Host: evil"),
                argumentSet("a trailer Authorization", "Authorization: Bearer evil"),
                argumentSet("a trailer X-Session-Id", "X-Session-Id: evil"));
    }

    @ParameterizedTest
    @MethodSource("trailers")
    void aTrailerIsNeverPartOfTheHead(String trailer) throws Exception {
        configs.responseHeaders();
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        RawClient.Response response = client.send(CHUNKED + "3\r\nabc\r\n0\r\n" + trailer + "\r\n\r\n" + GET)
                .response();

        assertThat(response.body()).isEqualTo("ok");
        assertThat(response.header("X-Homing-Decision")).isEqualTo("no_session");
        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(origin.conversation(0).received())
                .isEqualTo(sent(origin, "POST /x HTTP/1.1", "Transfer-Encoding: chunked") + "3\r\nabc\r\n0\r\n\r\n"
                        + sent(origin, "GET /x HTTP/1.1"));
        assertThat(plane.observer().keySources()).containsOnly("none");
    }
}
