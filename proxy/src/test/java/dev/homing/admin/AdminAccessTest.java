// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.Secret;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may ask the admin listener what: by token, by the name of it, and from which page. */
class AdminAccessTest extends AdminCase {

    @ParameterizedTest
    @CsvSource({
        "/api/backends, none, 401",
        "/api/backends, Bearer wrong, 401",
        "/api/backends, Basic c2VjcmV0, 401",
        "/api/backends, Bearer secret2, 401",
        "/api/backends, Bearer secret, 200",
        "/api/backends, bearer  secret, 200",
        "/, none, 200",
        "/api/live, none, 401",
        "/api/live, Bearer wrong, 401",
        "/api/explain?session=a, none, 401",
        "/, Bearer secret, 200",
        "/api/nosuch, none, 401",
        "/nosuch, none, 401",
        "/healthz, none, 200",
        "/readyz, none, 200",
        "/metrics, none, 200"
    })
    void theTokenGuardsAllButHealthMetricsAndThePage(String path, String authorization, int status) throws Exception {
        start(new Secret("secret"));
        HttpRequest.Builder request = request(path);
        if (!authorization.equals("none")) {
            request.header("Authorization", authorization);
        }

        HttpResponse<String> response = send(request);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("www-authenticate").isPresent())
                .isEqualTo(status == 401);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:9090, 200",
        "127.0.0.1, 200",
        "localhost:1, 200",
        "LOCALHOST, 200",
        "[::1]:9090, 200",
        "192.168.0.7, 200",
        "evil.example, 403",
        "localhost.evil.example, 403",
        "127.0.0.1.evil.example:9090, 403",
        "'', 403",
        "[::1, 403",
        "evil.example@127.0.0.1, 403"
    })
    void withoutATokenOnlyNamesThatNoStrangerOwnsAreServed(String host, int status) throws Exception {
        assertThat(raw("GET /api/backends HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void theConfiguredNameIsServed() {
        DefaultHttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        request.headers().set("Host", "homing.internal:9090");

        assertThat(new AccessRules("Homing.Internal", () -> null).refusal(request, "/"))
                .isNull();
        assertThat(new AccessRules("127.0.0.1", () -> null).refusal(request, "/"))
                .isNotNull();
    }

    @Test
    void withATokenAnyNameIsServed() throws Exception {
        start(new Secret("secret"));

        assertThat(raw("GET /healthz HTTP/1.1\r\nHost: homing.internal\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @CsvSource({
        "http://evil.example, 403",
        "null, 403",
        "http://127.0.0.1:1, 403",
        "http://localhost, 403",
        "own, 200",
        "none, 200"
    })
    void anotherSitesPageChangesNothing(String origin, int status) throws Exception {
        HttpRequest.Builder request = request("/api/reload").POST(BodyPublishers.noBody());
        if (!origin.equals("none")) {
            request.header("Origin", origin.equals("own") ? base() : origin);
        }

        assertThat(send(request).statusCode()).isEqualTo(status);
        assertThat(operations.asked).hasSize(status == 200 ? 1 : 0);

        HttpRequest.Builder forget = request("/api/sessions/ff").DELETE();
        if (!origin.equals("none")) {
            forget.header("Origin", origin.equals("own") ? base() : origin);
        }
        assertThat(send(forget).statusCode()).isEqualTo(status);
    }
}
