// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;

/** How often one request reaches backends, counted there: once, but for what the one rule allows. */
final class SentOnceTest extends HostileCase {

    private static final String MARK = "POST /mark HTTP/1.1";
    private static final String LOADING_BODY =
            "{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}";
    private static final String LOADING =
            "HTTP/1.1 503 X\r\nContent-Length: " + LOADING_BODY.length() + "\r\n\r\n" + LOADING_BODY;

    /**
     * What happens to a request.
     *
     * @param reused on a connection that answered another request before
     * @param script what every backend does with it
     * @param status what the client is told
     * @param times that backends saw it
     */
    record Fate(boolean reused, Script script, int status, int times) {}

    static Stream<ArgumentSet> fates() {
        Script closes = conversation -> {};
        return Stream.of(
                fate("a fresh connection that closes after the body was read", false, closes, 502, 1),
                fate("a fresh connection that is reset after the body was read", false, Conversation::reset, 502, 1),
                fate("a fresh connection that closes within its head", false, says("HTT"), 502, 1),
                fate(
                        "a fresh connection that closes after an interim answer",
                        false,
                        says("HTTP/1.1 103 X\r\n\r\n"),
                        502,
                        1),
                fate("a fresh connection that says garbage", false, says("garbage\r\n\r\n"), 502, 1),
                fate("a fresh connection that says nothing", false, Conversation::drain, 504, 1),
                fate("a reused connection that closes before it answers", true, closes, 502, 2),
                fate("a reused connection that is reset before it answers", true, Conversation::reset, 502, 2),
                fate("a reused connection that closes within its head", true, says("HTT"), 502, 1),
                fate(
                        "a reused connection that closes after an interim answer",
                        true,
                        says("HTTP/1.1 103 X\r\n\r\n"),
                        502,
                        1),
                fate("a reused connection that says garbage", true, says("garbage\r\n\r\n"), 502, 1),
                fate("a reused connection that says nothing", true, Conversation::drain, 504, 1),
                fate("backends that load their model", false, says(LOADING), 503, 3),
                fate("backends that load their model, on reused connections", true, says(LOADING), 503, 3),
                fate("any other 503", false, says("HTTP/1.1 503 X\r\nContent-Length: 4\r\n\r\nbusy"), 503, 1),
                fate("429", false, says("HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n"), 429, 1),
                fate("500", false, says("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"), 500, 1),
                fate("502", false, says("HTTP/1.1 502 X\r\nContent-Length: 0\r\n\r\n"), 502, 1),
                fate("504", false, says("HTTP/1.1 504 X\r\nContent-Length: 0\r\n\r\n"), 504, 1));
    }

    @ParameterizedTest
    @MethodSource("fates")
    void aRequestReachesBackendsAsOftenAsTheOneRuleAllows(Fate fate) throws Exception {
        configs.responseHead(Duration.ofMillis(200));
        Script script = conversation -> {
            for (var r = conversation.request(); r != null; r = conversation.request()) {
                if (r.head().startsWith(MARK)) {
                    fate.script().run(conversation);
                    return;
                }
                conversation.send(OK);
            }
        };
        RecordingOrigin[] origins = {origin(script), origin(script), origin(script), origin(script)};
        PlaneUnderTest plane = plane(origins);
        RawClient client = client(plane);
        for (int i = 0; fate.reused() && i < origins.length; i++) {
            client.send(GET).response();
        }

        RawClient.Response response = client.send(MARK + "\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
                .response();

        assertThat(response.status()).isEqualTo(fate.status());
        plane.awaitQuiet();
        assertThat(Stream.of(origins).mapToInt(SentOnceTest::marks).sum()).isEqualTo(fate.times());
        assertThat(plane.observer().retries()).hasSize(fate.times() - 1);
        nextIsServed(plane);
    }

    static Stream<ArgumentSet> large() {
        return Stream.of(
                argumentSet("a body larger than what is kept, to backends that load their model", LOADING, 503),
                argumentSet("a body larger than what is kept, to backends that close", "", 502));
    }

    @ParameterizedTest
    @MethodSource("large")
    void whatIsNotKeptIsNotSentAgain(String answer, int status) throws Exception {
        configs.peek(100);
        RecordingOrigin[] origins = {origin(Script.once(answer)), origin(Script.once(answer))};
        PlaneUnderTest plane = plane(origins);

        RawClient.Response response = client(plane)
                .send(MARK + "\r\nHost: h\r\nContent-Length: 101\r\n\r\n" + "x".repeat(101))
                .response();

        assertThat(response.status()).isEqualTo(status);
        plane.awaitQuiet();
        assertThat(Stream.of(origins).mapToInt(SentOnceTest::marks).sum()).isEqualTo(1);
        assertThat(plane.observer().retries()).isEmpty();
    }

    private static ArgumentSet fate(String name, boolean reused, Script script, int status, int times) {
        return argumentSet(name, new Fate(reused, script, status, times));
    }

    private static Script says(String bytes) {
        return conversation -> conversation.send(bytes);
    }

    private static int marks(RecordingOrigin origin) {
        return List.copyOf(origin.conversations()).stream()
                .mapToInt(conversation -> conversation.received().split(MARK, -1).length - 1)
                .sum();
    }
}
