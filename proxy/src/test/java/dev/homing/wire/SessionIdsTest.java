// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.wire.RecordingOrigin.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;

/** Session ids as strangers write them: which make a session, which make the same one, and that they reach their backend untouched. */
@Tag("long")
final class SessionIdsTest extends HostileCase {

    private static final String LONG = "x".repeat(8191);

    static Stream<ArgumentSet> blanks() {
        return Stream.of(
                argumentSet("a session id that is empty", "X-Session-Id:"),
                argumentSet("a session id of spaces", "X-Session-Id:    "),
                argumentSet("a session id of a tab", "X-Session-Id: \t "),
                argumentSet("X_Session_Id", "X_Session_Id: a"),
                argumentSet("X-Session-Id2", "X-Session-Id2: a"));
    }

    @ParameterizedTest
    @MethodSource("blanks")
    void thatIsNoSession(String header) throws Exception {
        PlaneUnderTest plane = plane();
        RawClient client = client(plane);

        for (int i = 0; i < 4; i++) {
            assertThat(ask(client, header).header("X-Homing-Decision")).isEqualTo("no_session");
        }
        assertThat(plane.sessions().size()).isZero();
    }

    static Stream<ArgumentSet> same() {
        return Stream.of(
                argumentSet("the same header twice", "X-Session-Id: a\r\nX-Session-Id: b", "X-Session-Id: a"),
                argumentSet("two configured headers", "X-Session-Id: a\r\nsession_id: b", "X-Session-Id: a"),
                argumentSet(
                        "two configured headers in the other order",
                        "session_id: b\r\nX-Session-Id: a",
                        "X-Session-Id: a"),
                argumentSet("the name of a header in another case", "x-SESSION-id: a", "X-Session-Id: a"),
                argumentSet("blanks around an id", "X-Session-Id: \t a \t", "X-Session-Id:a"),
                argumentSet("the same 8 KB", "X-Session-Id: " + LONG + "a", "X-Session-Id: " + LONG + "a"),
                argumentSet("the same bytes from 0x80 on", "X-Session-Id: \u00e4\u00ff", "X-Session-Id: \u00e4\u00ff"));
    }

    @ParameterizedTest
    @MethodSource("same")
    void theseAreOneSession(String one, String other) throws Exception {
        RawClient client = client(plane());

        RawClient.Response first = ask(client, one);
        RawClient.Response second = ask(client, other);

        assertThat(first.header("X-Homing-Decision")).isEqualTo("placed");
        assertThat(second.header("X-Homing-Decision")).isEqualTo("pinned");
        assertThat(second.header("X-Homing-Backend")).isEqualTo(first.header("X-Homing-Backend"));
    }

    static Stream<ArgumentSet> different() {
        return Stream.of(
                argumentSet("a and A", "X-Session-Id: a", "X-Session-Id: A"),
                argumentSet("the second of two equal headers", "X-Session-Id: a\r\nX-Session-Id: b", "X-Session-Id: b"),
                argumentSet(
                        "8 KB that differ in the last byte",
                        "X-Session-Id: " + LONG + "a",
                        "X-Session-Id: " + LONG + "b"),
                argumentSet("one letter in Latin-1 and in UTF-8", "X-Session-Id: \u00e4", "X-Session-Id: \u00c3\u00a4"),
                argumentSet("two bytes from 0x80 on", "X-Session-Id: \u0080", "X-Session-Id: \u0081"),
                argumentSet("blanks within an id", "X-Session-Id: a b", "X-Session-Id: a  b"));
    }

    @ParameterizedTest
    @MethodSource("different")
    void theseAreTwoSessions(String one, String other) throws Exception {
        PlaneUnderTest plane = plane();
        RawClient client = client(plane);

        assertThat(ask(client, one).header("X-Homing-Decision")).isEqualTo("placed");
        assertThat(ask(client, other).header("X-Homing-Decision")).isEqualTo("placed");
        assertThat(plane.sessions().size()).isEqualTo(2);
    }

    static Stream<ArgumentSet> opaque() {
        return Stream.of(
                argumentSet("a format string as id", "%s%n%x%%{}"),
                argumentSet("a JNDI look-up as id", "${jndi:ldap://127.0.0.1:1/a}"),
                argumentSet("JSON as id", "{\"a\": [\"b\", null]}"),
                argumentSet("a path as id", "../../etc/passwd"),
                argumentSet("a script as id", "<script>alert(1)</script>"),
                argumentSet("a statement as id", "'; DROP TABLE sessions; --"),
                argumentSet("a list as id", "a, b; c=\"d\""));
    }

    @ParameterizedTest
    @MethodSource("opaque")
    void anIdIsOpaqueAndPassesByteForByte(String id) throws Exception {
        configs.responseHeaders();
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        assertThat(ask(client, "X-Session-Id: " + id).header("X-Homing-Decision"))
                .isEqualTo("placed");
        assertThat(ask(client, "X-Session-Id: " + id).header("X-Homing-Decision"))
                .isEqualTo("pinned");

        String seen = sent(origin, "GET /x HTTP/1.1", "X-Session-Id: " + id);
        assertThat(origin.conversation(0).received()).isEqualTo(seen + seen);
        assertThat(plane.logged()).noneMatch(line -> line.contains(id));
    }

    @Test
    void aThousandFirstRequestsOfOneIdAtOnceGoToOneBackend() throws Exception {
        RecordingOrigin[] origins = {
            origin(Script.answering(OK)), origin(Script.answering(OK)), origin(Script.answering(OK))
        };
        PlaneUnderTest plane = opened(PlaneUnderTest.openWithLoops(
                io,
                configs.generation(
                        Stream.of(origins).map(RecordingOrigin::address).toList()),
                3));
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            clients.add(client(plane));
        }

        for (RawClient client : clients) {
            client.send("GET /x HTTP/1.1\r\nHost: h\r\nX-Session-Id: one\r\n\r\n");
        }
        for (RawClient client : clients) {
            assertThat(client.response().body()).isEqualTo("ok");
        }

        assertThat(Stream.of(origins).filter(origin -> origin.connections() > 0))
                .hasSize(1);
        assertThat(plane.sessions().size()).isEqualTo(1);
    }

    @Test
    void aHundredThousandIdsFillABoundedTableAndAddNoLabel() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(io == Io.NIO, "once is enough");
        int ids = 100_000;
        RecordingOrigin origin = origin(conversation -> {
            conversation.unrecorded();
            Script.answering(OK).run(conversation);
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        for (int i = 0; i < ids; i += 100) {
            StringBuilder requests = new StringBuilder();
            for (int id = i; id < i + 100; id++) {
                requests.append("GET /x HTTP/1.1\r\nHost: h\r\nX-Session-Id: ")
                        .append(id)
                        .append("\r\n\r\n");
            }
            client.send(requests.toString());
            for (int answer = 0; answer < 100; answer++) {
                client.response();
            }
        }

        assertThat(plane.sessions().size()).isLessThanOrEqualTo(PlaneUnderTest.MAX_SESSIONS);
        assertThat(plane.observer().keySources()).hasSize(ids).containsOnly("header:x-session-id");
        nextIsServed(plane);
    }

    private PlaneUnderTest plane() {
        configs.responseHeaders();
        return plane(origin(Script.answering(OK)), origin(Script.answering(OK)), origin(Script.answering(OK)));
    }

    private static RawClient.Response ask(RawClient client, String headers) throws Exception {
        RawClient.Response response = client.send("GET /x HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n\r\n")
                .response();
        assertThat(response.status()).isEqualTo(200);
        return response;
    }
}
