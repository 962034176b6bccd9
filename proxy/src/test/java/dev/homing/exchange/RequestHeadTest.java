// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.Cidr;
import dev.homing.upstream.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestHeadTest {

    private static final String TAIL =
            "X-Forwarded-For: 10.0.0.7\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\nVia: 1.1 me\r\n\r\n";
    private static final RequestHead.Rules PLAIN = new RequestHead.Rules(List.of(), Set.of(), false, null, "me");

    @ParameterizedTest
    @CsvSource({
        "/a/b?c=d, /a/b?c=d, /a/b",
        "http://h/a?b, /a?b, /a",
        "HTTP://h, /, /",
        "https://h?q=/x, /?q=/x, /",
        "/%00/../x, /%00/../x, /%00/../x",
        "'/?x=http://y/z', '/?x=http://y/z', /",
        "*, *, *",
    })
    void theTargetIsPutInOriginForm(String uri, String target, String path) throws Exception {
        RequestHead head = head("GET " + uri + " HTTP/1.1\r\nHost: h\r\n\r\n");

        assertThat(head.target()).isEqualTo(target);
        assertThat(head.path()).isEqualTo(path);
    }

    @Test
    void headersKeepTheirOrderTheirCaseAndTheirBytes() throws Exception {
        String bytes = "B: \u00e4\u00ff\u0080\r\na: 1\r\nB: 2\r\nX-y_Z: a  b\r\n";

        assertThat(encoded("GET / HTTP/1.1\r\nHost: h\r\n" + bytes + "\r\n", endpoint("", Map.of()), PLAIN))
                .isEqualTo("GET / HTTP/1.1\r\nHost: backend:1\r\n" + bytes + TAIL);
    }

    @Test
    void framingIsWrittenAnew() throws Exception {
        assertThat(encoded(
                        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n",
                        endpoint("", Map.of()),
                        PLAIN))
                .isEqualTo("POST / HTTP/1.1\r\nHost: backend:1\r\nTransfer-Encoding: chunked\r\n" + TAIL);
        assertThat(encoded("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n", endpoint("", Map.of()), PLAIN))
                .isEqualTo("POST / HTTP/1.1\r\nHost: backend:1\r\nContent-Length: 3\r\n" + TAIL);
    }

    @Test
    void trailersAreTheOnlyThingThatTeMayAskFor() throws Exception {
        assertThat(encoded("GET / HTTP/1.1\r\nHost: h\r\nTE: deflate, Trailers\r\n\r\n", endpoint("", Map.of()), PLAIN))
                .contains("\r\nTE: trailers\r\nConnection: TE\r\n")
                .doesNotContain("deflate");
        assertThat(encoded("GET / HTTP/1.1\r\nHost: h\r\nTE: deflate\r\n\r\n", endpoint("", Map.of()), PLAIN))
                .isEqualTo("GET / HTTP/1.1\r\nHost: backend:1\r\n" + TAIL);
    }

    @Test
    void strippedHeadersAndTheClientsAuthorizationStayHere() throws Exception {
        RequestHead.Rules rules = new RequestHead.Rules(List.of(), Set.of("x-gone"), false, "Bearer ours", "me");

        assertThat(encoded(
                        "GET / HTTP/1.1\r\nHost: h\r\nX-GONE: 1\r\nAUTHORIZATION: Bearer own\r\nX: 2\r\n\r\n",
                        endpoint("", Map.of()),
                        rules))
                .isEqualTo("GET / HTTP/1.1\r\nHost: backend:1\r\nX: 2\r\nAuthorization: Bearer ours\r\n" + TAIL);
    }

    @Test
    void theBackendsHeadersReplaceTheClients() throws Exception {
        assertThat(encoded(
                        "GET /x HTTP/1.1\r\nHost: h\r\nx-rank: 9\r\n\r\n",
                        endpoint("/deep", Map.of("X-Rank", "3")),
                        PLAIN))
                .isEqualTo("GET /deep/x HTTP/1.1\r\nHost: backend:1\r\nX-Rank: 3\r\n" + TAIL);
        assertThat(encoded("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", endpoint("/deep", Map.of()), PLAIN))
                .startsWith("OPTIONS * HTTP/1.1\r\n");
    }

    @Test
    void viaTellsTheVersionThatCameIn() throws Exception {
        assertThat(encoded("GET / HTTP/1.0\r\nVia: 1.1 other\r\n\r\n", endpoint("", Map.of()), PLAIN))
                .isEqualTo(lines(
                        "GET / HTTP/1.1",
                        "Host: backend:1",
                        "Via: 1.1 other",
                        "X-Forwarded-For: 10.0.0.7",
                        "X-Forwarded-Proto: http",
                        "Via: 1.0 me"));
    }

    @ParameterizedTest
    @CsvSource({
        "1.1 me, true",
        "'1.0 a, HTTP/1.1  me (comment)', true",
        "'1.0 a,1.1 me,1.1 b', true",
        "1.1 me2, false",
        "1.1 a.me, false",
        "1.1 a (me), false",
        "me, false",
        "'', false",
    })
    void aLoopIsToldByTheWholePseudonym(String via, boolean passed) throws Exception {
        assertThat(head("GET / HTTP/1.1\r\nHost: h\r\nVia: " + via + "\r\n\r\n").passed("me"))
                .isEqualTo(passed);
    }

    @Test
    void whatAStrangerForwardsIsReplacedAndWhatATrustedProxyForwardsIsExtended() throws Exception {
        String request = lines(
                "GET / HTTP/1.1",
                "Host: h",
                "X-Forwarded-For: 1.1.1.1",
                "x-forwarded-for: 2.2.2.2",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Prefix: /p",
                "Forwarded: for=x");
        Cidr ten = new Cidr(InetAddress.getByName("10.0.0.0"), 8);

        assertThat(encoded(request, endpoint("", Map.of()), PLAIN))
                .isEqualTo("GET / HTTP/1.1\r\nHost: backend:1\r\n" + TAIL);
        assertThat(encoded(
                        request,
                        endpoint("", Map.of()),
                        new RequestHead.Rules(List.of(ten), Set.of(), false, null, "me")))
                .isEqualTo(lines(
                        "GET / HTTP/1.1",
                        "Host: backend:1",
                        "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.0.0.7",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: h",
                        "X-Forwarded-Prefix: /p",
                        "Forwarded: for=x",
                        "Forwarded: for=10.0.0.7;proto=http",
                        "Via: 1.1 me"));
    }

    @Test
    void anIpv6ClientIsQuotedWhereTheGrammarWantsIt() throws Exception {
        ClientInfo client = new ClientInfo(InetAddress.getByName("2001:db8::1"), "https");
        Cidr all = new Cidr(InetAddress.getByName("2001:db8::"), 32);
        RequestHead head = RequestHead.of(decoded("GET / HTTP/1.1\r\nHost: h\r\nForwarded: for=x\r\n\r\n"), client);

        assertThat(text(head, endpoint("", Map.of()), new RequestHead.Rules(List.of(all), Set.of(), false, null, "me")))
                .contains("X-Forwarded-For: 2001:db8::1\r\n", "Forwarded: for=\"[2001:db8::1]\";proto=https\r\n");
    }

    /** A head of these lines, with the empty one that ends it. */
    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private static Endpoint endpoint(String prefix, Map<String, String> headers) {
        return new Endpoint(InetSocketAddress.createUnresolved("backend", 1), "backend:1", prefix, headers, null);
    }

    private static String encoded(String request, Endpoint endpoint, RequestHead.Rules rules) throws Exception {
        return text(head(request), endpoint, rules);
    }

    private static String text(RequestHead head, Endpoint endpoint, RequestHead.Rules rules) {
        ByteBuf out = head.encode(UnpooledByteBufAllocator.DEFAULT, endpoint, rules);
        try {
            return out.toString(ISO_8859_1);
        } finally {
            out.release();
        }
    }

    private static RequestHead head(String request) throws UnknownHostException {
        return RequestHead.of(decoded(request), new ClientInfo(InetAddress.getByName("10.0.0.7"), "http"));
    }

    private static @Nullable HttpRequest decoded(String request) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder());
        channel.writeInbound(Unpooled.copiedBuffer(request, ISO_8859_1));
        HttpRequest head = channel.readInbound();
        channel.finishAndReleaseAll();
        return head;
    }
}
