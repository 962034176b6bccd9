// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.KeyPairs;
import dev.homing.config.Cidr;
import dev.homing.frontend.Door;
import dev.homing.frontend.Tls;
import dev.homing.wire.RecordingOrigin.Script;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that come through a load balancer which says who they are. */
final class ProxyProtocolTest extends WireCase {

    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String PEER = "127.0.0.1";

    private RecordingOrigin origin = null;

    private PlaneUnderTest plane(Door door) {
        origin = origin(Script.answering(OK));
        return opened(PlaneUnderTest.open(io, configs.generation(List.of(origin.address())), door));
    }

    private PlaneUnderTest plane() {
        return plane(new Door(null, true));
    }

    private static String binary(String hex) {
        return new String(HexFormat.of().parseHex(hex.replace(" ", "")), ISO_8859_1);
    }

    /** A header of version 2 with that command, protocol and content. */
    private static String v2(String command, String protocol, String content) {
        return binary(SIGNATURE
                + command
                + protocol
                + "%04x".formatted(content.replace(" ", "").length() / 2)
                + content);
    }

    static Stream<Arguments> headers() {
        String v4 = "cb007107 0a000001 d431 01bb";
        return Stream.of(
                Arguments.of("PROXY TCP4 203.0.113.7 10.0.0.1 54321 443\r\n", "203.0.113.7"),
                Arguments.of("PROXY TCP6 2001:db8::7 2001:db8::1 54321 443\r\n", "2001:db8::7"),
                Arguments.of("PROXY UNKNOWN\r\n", PEER),
                Arguments.of("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", PEER),
                Arguments.of(v2("21", "11", v4), "203.0.113.7"),
                Arguments.of(v2("21", "11", v4 + "04 0003 616263" + "ee 0001 00"), "203.0.113.7"),
                Arguments.of(
                        v2("21", "21", "20010db8" + "00".repeat(11) + "07" + "00".repeat(16) + "d431 01bb"),
                        "2001:db8::7"),
                Arguments.of(
                        v2("21", "21", "00".repeat(10) + "ffff cb007107" + "00".repeat(16) + "d431 01bb"),
                        "203.0.113.7"),
                Arguments.of(v2("20", "00", ""), PEER),
                Arguments.of(v2("20", "11", v4), PEER),
                Arguments.of(v2("21", "00", ""), PEER),
                Arguments.of(v2("21", "31", "2f".repeat(216)), PEER));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aRequestsAddressIsTheOneOfTheHeader(String header, String address) throws Exception {
        RawClient client = client(plane());

        assertThat(client.send(header + GET).response().status()).isEqualTo(200);
        assertThat(client.send(GET).response().status()).isEqualTo(200);

        assertThat(origin.conversation(0).received().split("X-Forwarded-For: " + address + "\r\n", -1))
                .hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aHeaderMayComeByteByByte(String header, String address) throws Exception {
        RawClient client = client(plane());
        for (byte b : header.getBytes(ISO_8859_1)) {
            client.send(new byte[] {b});
        }

        assertThat(client.send(GET).response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).received()).contains("X-Forwarded-For: " + address + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void trustIsAMatterOfTheAddressInTheHeader(boolean trusted) throws Exception {
        configs.trusted(new Cidr(InetAddress.getByName(trusted ? "203.0.113.0" : PEER), trusted ? 24 : 32));
        RawClient client = client(plane());

        client.send("PROXY TCP4 203.0.113.7 10.0.0.1 54321 443\r\n"
                + head("GET /x HTTP/1.1", "Host: h", "X-Forwarded-For: 198.51.100.1"));

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).received())
                .contains("X-Forwarded-For: " + (trusted ? "198.51.100.1, " : "") + "203.0.113.7\r\n");
    }

    static Stream<String> unsound() {
        return Stream.of(
                GET,
                "PROXY \r\n" + GET,
                "PROXY TCP4 203.0.113.7 10.0.0.1 54321\r\n" + GET,
                "PROXY TCP4 203.0.113.700 10.0.0.1 54321 443\r\n" + GET,
                "PROXY TCP4 2001:db8::7 10.0.0.1 54321 443\r\n" + GET,
                "PROXY TCP4 203.0.113.7 10.0.0.1 99999 443\r\n" + GET,
                "PROXY UDP4 203.0.113.7 10.0.0.1 54321 443\r\n" + GET,
                "proxy TCP4 203.0.113.7 10.0.0.1 54321 443\r\n" + GET,
                "PROXY UNKNOWN " + "x".repeat(100) + "\r\n" + GET,
                "x".repeat(200),
                v2("31", "11", "cb007107 0a000001 d431 01bb"),
                v2("22", "11", "cb007107 0a000001 d431 01bb"),
                v2("21", "11", "cb007107"),
                v2("21", "12", "cb007107 0a000001 d431 01bb"),
                v2("21", "32", "2f".repeat(216)),
                v2("21", "11", "cb007107 0a000001 d431 01bb" + "04 ffff 61"),
                v2("21", "11", "cb007107 0a000001 d431 01bb" + "00".repeat(8000)),
                binary(SIGNATURE + "2111ffff") + "x".repeat(8000));
    }

    @ParameterizedTest
    @MethodSource("unsound")
    void aConnectionWithoutASoundHeaderIsClosedWithoutAWordAndCounted(String bytes) throws Exception {
        PlaneUnderTest plane = plane();
        RawClient client = client(plane);

        assertThat(client.send(bytes).ends()).isTrue();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(plane.observer().rejections()).containsExactly("proxy_protocol"));
        assertThat(origin.connections()).isZero();
        assertThat(client(plane).send("PROXY UNKNOWN\r\n" + GET).response().status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PROXY TCP4 203.0.113.7", "\r\n\r\n\0\r\nQUIT\n!"})
    void aHeaderThatDoesNotComeInTimeIsNotWaitedFor(String begun) throws Exception {
        configs.requestHead(Duration.ofMillis(200));
        PlaneUnderTest plane = plane();

        assertThat(client(plane).send(begun).ends()).isTrue();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(plane.observer().rejections()).containsExactly("proxy_protocol"));
    }

    @Test
    void theHeaderComesBeforeTls(@TempDir Path folder) throws Exception {
        KeyPairs keys = KeyPairs.localhost(folder);
        Tls tls = Tls.of(
                SslContext.defaultServerProvider(),
                List.of(new Tls.Identity(keys.key(), List.of(keys.certificate()))),
                List.of());
        PlaneUnderTest plane = plane(new Door(() -> tls, true));
        Socket wire = opened(new Socket());
        wire.connect(plane.address(), 10_000);
        wire.getOutputStream().write("PROXY TCP4 203.0.113.7 10.0.0.1 54321 443\r\n".getBytes(ISO_8859_1));
        SSLSocket socket =
                (SSLSocket) KeyPairs.client(null, keys).getSocketFactory().createSocket(wire, "localhost", 1, true);

        assertThat(opened(RawClient.over(socket)).send(GET).response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).received())
                .contains("X-Forwarded-For: 203.0.113.7\r\n", "X-Forwarded-Proto: https\r\n");

        client(plane).send(binary("16030100")).send("x".repeat(200)).toEnd();
        client(plane).send("PROXY UNKNOWN\r\n" + GET).toEnd();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(plane.observer().rejections()).containsExactly("proxy_protocol", "tls"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY TCP4 203.0.113.7 10.0.0.1 54321 443\r\n", "\r\n\r\n\0\r\nQUIT\n\41\21\0\0"})
    void whereItIsOffAHeaderIsAMalformedRequest(String header) throws Exception {
        RawClient client = client(plane(Door.PLAIN));

        assertThat(client.send(header + GET).response().status()).isIn(400, 505);
        assertThat(client.ends()).isTrue();
        assertThat(origin.connections()).isZero();
    }

    @Test
    void drainingEndsAConnectionThatHasSaidNothingYet() throws Exception {
        PlaneUnderTest plane = plane();
        RawClient client = client(plane);
        await().until(() -> plane.frontend().connections() == 1);

        plane.frontend().drain();

        assertThat(client.ends()).isTrue();
        assertThat(plane.observer().rejections()).isEmpty();
    }
}
