// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.exchange.ProxyError;
import dev.homing.wire.Configs;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FramingGuardTest {

    @ParameterizedTest
    @CsvSource({
        "/x, 0",
        "/, 0",
        "/x?a=b%20c, 0",
        "/%00/../x, 0",
        "http://h/x, 0",
        "HTTP://H, 0",
        "https://h?q, 0",
        "http://other/x, 400",
        "http://h:80/x, 400",
        "http://u@h/x, 400",
        "ftp://h/x, 400",
        "h:443, 400",
        "x, 400",
        "*, 400",
        "/x#f, 400",
        "/\u00e4, 400",
        "/\u007f, 400",
        "'', 400",
    })
    void targets(String uri, int status) {
        assertThat(check(request("GET", uri, "HTTP/1.1", "Host", "h"))).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"GET, 0", "POST, 0", "X-CUSTOM, 0", "CONNECT, 405", "TRACE, 405"})
    void methods(String method, int status) {
        assertThat(check(request(method, "/", "HTTP/1.1", "Host", "h"))).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1, 0",
        "HTTP/1.0, 0",
        "HTTP/0.9, 505",
        "HTTP/2.0, 505",
        "HTTP/1.9, 505",
        "HTTP/1.2, 505",
        "ICY/1.1, 505"
    })
    void versions(String version, int status) {
        assertThat(check(request("GET", "/", version, "Host", "h"))).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "h, 0",
        "h:80, 0",
        "[::1]:80, 0",
        "a-b.c_d, 0",
        "'', 400",
        "'a, b', 400",
        "a/b, 400",
        "a@b, 400",
        "a?b, 400",
        "a#b, 400",
        "a b, 400",
        "a\\b, 400",
        "\u00e4, 400",
        "<x>, 400",
    })
    void hosts(String host, int status) {
        assertThat(check(request("GET", "/", "HTTP/1.1", "Host", host))).isEqualTo(status);
    }

    @Test
    void oneHostIsNeededByHttp11Alone() {
        assertThat(check(request("GET", "/", "HTTP/1.1"))).isEqualTo(400);
        assertThat(check(request("GET", "/", "HTTP/1.0"))).isZero();
        assertThat(check(request("GET", "/", "HTTP/1.1", "Host", "h", "Host", "h")))
                .isEqualTo(400);
        assertThat(check(request("GET", "/", "HTTP/1.0", "Host", "h", "Host", "h")))
                .isEqualTo(400);
        assertThat(check(request("OPTIONS", "*", "HTTP/1.1", "Host", "h"))).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "5, 0",
        "0, 0",
        "005, 0",
        "999999999999999999, 0",
        "1000000000000000000, 400",
        "+5, 400",
        "-1, 400",
        "0x5, 400",
        "5_0, 400",
        "1e1, 400",
        "'', 400",
        "'5, 5', 400",
        "5 5, 400",
        "12345678901234567890, 400",
        "\u0665, 400",
    })
    void lengths(String length, int status) {
        assertThat(check(request("POST", "/", "HTTP/1.1", "Host", "h", "Content-Length", length)))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "chunked, 0",
        "CHUNKED, 0",
        "'chunked, gzip', 400",
        "'gzip, chunked', 400",
        "'chunked, chunked', 400",
        "identity, 400",
        "xchunked, 400",
        "'', 400",
        "chunked;q=1, 400",
        "\u0080chunked, 400",
    })
    void codings(String coding, int status) {
        assertThat(check(request("POST", "/", "HTTP/1.1", "Host", "h", "Transfer-Encoding", coding)))
                .isEqualTo(status);
    }

    @Test
    void twoFramingsAreRefused() {
        assertThat(check(request("POST", "/", "HTTP/1.1", "Host", "h", "Content-Length", "5", "Content-Length", "5")))
                .isEqualTo(400);
        assertThat(check(request(
                        "POST", "/", "HTTP/1.1", "Host", "h", "Content-Length", "5", "Transfer-Encoding", "chunked")))
                .isEqualTo(400);
        assertThat(check(request(
                        "POST",
                        "/",
                        "HTTP/1.1",
                        "Host",
                        "h",
                        "Transfer-Encoding",
                        "chunked",
                        "Transfer-Encoding",
                        "chunked")))
                .isEqualTo(400);
        assertThat(check(request("POST", "/", "HTTP/1.0", "Host", "h", "Transfer-Encoding", "chunked")))
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "100-continue, x", "200-ok"})
    void otherExpectationsFail(String value) {
        assertThat(check(request("POST", "/", "HTTP/1.1", "Host", "h", "Expect", value)))
                .isEqualTo(417);
        assertThat(check(request("POST", "/", "HTTP/1.1", "Host", "h", "Expect", "100-Continue")))
                .isZero();
    }

    @Test
    void limitsHaveStatusesOfTheirOwn() {
        HttpRequest request = request("GET", "/", "HTTP/1.1", "Host", "h");
        request.setDecoderResult(DecoderResult.failure(new TooLongHttpLineException("x")));
        assertThat(check(request)).isEqualTo(414);
        request.setDecoderResult(DecoderResult.failure(new TooLongHttpHeaderException("x")));
        assertThat(check(request)).isEqualTo(431);
        request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("x")));
        assertThat(check(request)).isEqualTo(400);
        HttpRequest many = request("GET", "/", "HTTP/1.1", "Host", "h");
        for (int i = 0; i < 99; i++) {
            many.headers().add("X", "y");
        }
        assertThat(check(many)).isZero();
        many.headers().add("X", "y");
        assertThat(check(many)).isEqualTo(431);
    }

    /** The status that it is refused with, 0 when it is not. */
    private static int check(HttpRequest request) {
        @Nullable ProxyError error = FramingGuard.check(request, new Configs().limits());
        return error == null ? 0 : error.status();
    }

    private static HttpRequest request(String method, String uri, String version, String... headers) {
        HttpRequest request = new DefaultHttpRequest(
                HttpVersion.valueOf(version),
                HttpMethod.GET,
                "/",
                DefaultHttpHeadersFactory.headersFactory().withValidation(false));
        request.setMethod(HttpMethod.valueOf(method));
        request.setUri(uri);
        for (int i = 0; i < headers.length; i += 2) {
            request.headers().add(headers[i], headers[i + 1]);
        }
        return request;
    }
}
