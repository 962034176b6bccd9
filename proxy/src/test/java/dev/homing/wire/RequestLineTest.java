// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.wire.RecordingOrigin.Script;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request lines, and the {@code Host} that belongs to them. */
final class RequestLineTest extends HostileCase {

    static Stream<ArgumentSet> hosts() {
        return Stream.of(
                argumentSet("no Host", ""),
                argumentSet("two equal Hosts", "Host: a\r\nHost: a\r\n"),
                argumentSet("two different Hosts", "Host: a\r\nHost: b\r\n"),
                argumentSet("Host: a, b", "Host: a, b\r\n"),
                argumentSet("a Host with a slash", "Host: a/b\r\n"),
                argumentSet("a Host with an @", "Host: a@b\r\n"),
                argumentSet("a Host with a ?", "Host: a?b\r\n"),
                argumentSet("a Host with a #", "Host: a#b\r\n"),
                argumentSet("a Host with a backslash", "Host: a\\b\r\n"),
                argumentSet("a Host with a space", "Host: a b\r\n"),
                argumentSet("an 8-bit Host", "Host: \u00e4\r\n"),
                argumentSet("an empty Host", "Host: \r\n"),
                argumentSet("a Host that is only a port", "Host: :80\r\n"),
                argumentSet("a Host whose port is no number", "Host: h:8o\r\n"),
                argumentSet("a Host with two ports", "Host: h:80:81\r\n"),
                argumentSet("a Host whose port is out of range", "Host: h:65536\r\n"),
                argumentSet("a Host with a bracket that stays open", "Host: [::1\r\n"));
    }

    @ParameterizedTest
    @MethodSource("hosts")
    void aHostThatIsNotOneAuthorityIsRefused(String hosts) throws Exception {
        refused("GET /x HTTP/1.1\r\n" + hosts + "\r\n", 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h", "h:1", "h:", "H.example.org:65535", "127.0.0.1", "[::1]", "[::1]:8080", "a_b", "%41"})
    void aHostThatIsOneIsTold(String host) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        assertThat(client.send("GET /x HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(200);
        assertThat(origin.conversation(0).received()).contains("X-Forwarded-Host: " + host + "\r\n");
    }

    static Stream<ArgumentSet> targets() {
        return Stream.of(
                argumentSet("an absolute form whose authority differs from Host", "http://other/x"),
                argumentSet("an absolute form whose port differs from Host", "http://h:81/x"),
                argumentSet("an absolute form with a user", "http://h@h/x"),
                argumentSet("an absolute form without an authority", "http:///x"),
                argumentSet("an absolute form of another scheme", "ftp://h/x"),
                argumentSet("a fragment", "/x#f"),
                argumentSet("a raw space", "/a b"),
                argumentSet("a raw tab", "/a\tb"),
                argumentSet("an 8-bit target", "/\u00e4"),
                argumentSet("a DEL in the target", "/\u007f"),
                argumentSet("a target without a slash", "x"),
                argumentSet("an asterisk without OPTIONS", "*"),
                argumentSet("no target", ""));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void aTargetThatIsNoneIsRefused(String target) throws Exception {
        refused("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    }

    static Stream<ArgumentSet> oddTargets() {
        return Stream.of(
                argumentSet("%00 in the target", "/a%00b"),
                argumentSet("/../ in the target", "/a/../b"),
                argumentSet("%2e%2e in the target", "/a/%2e%2e/b"),
                argumentSet("// in the target", "//a//b"),
                argumentSet("%0d%0a in the target", "/a%0d%0aX:%20y"));
    }

    @ParameterizedTest
    @MethodSource("oddTargets")
    void anOddTargetPassesByteForByte(String target) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        RawClient.Response response =
                client.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n").response();

        assertThat(response.status()).isEqualTo(200);
        assertThat(origin.conversation(0).received()).isEqualTo(sent(origin, "GET " + target + " HTTP/1.1"));
    }

    static Stream<ArgumentSet> versions() {
        return Stream.of(
                        "HTTP/0.9", "HTTP/2.0", "HTTP/1.9", "HTTP/1.01", "HTTP/01.1", "http/1.1", "HTTP/1", "HTTPS/1.1")
                .map(version -> argumentSet("version " + version, version));
    }

    @ParameterizedTest
    @MethodSource("versions")
    void anUnknownVersionIsRefused(String version) throws Exception {
        refused("GET /x " + version + "\r\nHost: h\r\n\r\n", 400, 505);
    }

    @Test
    void aRequestWithoutAVersionIsRefused() throws Exception {
        refused("GET /x\r\n\r\n", 400, 505);
    }

    static Stream<ArgumentSet> methods() {
        return Stream.of(
                argumentSet("CONNECT", "CONNECT h:1"),
                argumentSet("CONNECT in origin form", "CONNECT /x"),
                argumentSet("TRACE", "TRACE /x"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aMethodThatIsNotForProxiesIsRefused(String methodAndTarget) throws Exception {
        RawClient.Response response = refused(methodAndTarget + " HTTP/1.1\r\nHost: h\r\n\r\n", 405);

        assertThat(response.header("Allow")).contains("POST");
    }

    static Stream<ArgumentSet> oddMethods() {
        return Stream.of(
                argumentSet("a method that is no token", "G(T"),
                argumentSet("an 8-bit method", "G\u00c4T"),
                argumentSet("no method", ""));
    }

    @ParameterizedTest
    @MethodSource("oddMethods")
    void aMethodThatIsNoneIsRefused(String method) throws Exception {
        refused(method + " /x HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    }

    static Stream<ArgumentSet> strangers() {
        return Stream.of(
                argumentSet("a TLS hello", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"),
                argumentSet("an SSLv2 hello", "\u0080.\u0001\u0003\u0001\u0000\u0015"),
                argumentSet("a PROXY header of version 1", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + GET),
                argumentSet(
                        "a PROXY header of version 2",
                        "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u000c\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\0\u0001\0\u0002"
                                + GET),
                argumentSet("an SSH greeting", "SSH-2.0-x\r\n"));
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void anotherProtocolIsRefused(String bytes) throws Exception {
        refused(bytes, 400);
    }

    @Test
    void randomBytesAreRefusedOrTheirConnectionIsClosed() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        for (int seed = 0; seed < 50; seed++) {
            byte[] bytes = new byte[9000];
            new Random(seed).nextBytes(bytes);
            RawClient client = client(plane);

            client.send(bytes);

            assertThat(client.response().status()).as("seed %d", seed).isIn(400, 414, 505);
            assertThat(client.ends()).isTrue();
        }
        assertThat(origin.connections()).isZero();
        nextIsServed(plane);
    }
}
