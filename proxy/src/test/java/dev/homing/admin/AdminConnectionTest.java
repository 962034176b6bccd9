// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.config.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to the admin listener: what is pipelined, slow, malformed or too large. */
class AdminConnectionTest extends AdminCase {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST   | /metrics                 | GET, HEAD",
                "DELETE | /healthz                 | GET, HEAD",
                "POST   | /readyz                  | GET, HEAD",
                "PUT    | /api/backends            | GET, HEAD",
                "PUT    | /api/explain?session=a   | GET, HEAD, POST",
                "POST   | /api/live                | GET, HEAD",
                "GET    | /api/reload              | POST",
                "GET    | /api/takeover            | POST",
                "GET    | /api/takeover/finish     | POST",
                "DELETE | /api/sessions            | GET, HEAD",
                "GET    | /api/sessions/ff         | DELETE",
                "GET    | /api/backends/gpu-0/state | PUT",
                "POST   | /                        | GET, HEAD",
            })
    void otherMethodsAreToldTheRightOnes(String method, String path, String allowed) throws Exception {
        HttpResponse<String> response = send(request(path).method(method, BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(header(response, "allow")).isEqualTo(allowed);
        assertThat(operations.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/metrics", "/healthz", "/readyz", "/api/backends", "/api/config", "/api/explain?session=a"
            })
    void headIsGetWithoutItsBody(String path) throws Exception {
        registry.counter("homing.requests").increment();
        HttpResponse<String> get = get(path);
        HttpResponse<String> head = send(request(path).method("HEAD", BodyPublishers.noBody()));

        assertThat(get.statusCode()).isEqualTo(200);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "content-length"))
                .isEqualTo(String.valueOf(get.body().getBytes(UTF_8).length));
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        operations.held = new CompletableFuture<>();
        String body = "{\"state\":\"off\"}";
        String first = "PUT /api/backends/gpu-0/state HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
        String second = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        CompletableFuture<String> answers = CompletableFuture.supplyAsync(() -> {
            try {
                return raw(first + second);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThatThrownBy(() -> answers.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        operations.held.complete(null);

        assertThat(answers.get(10, TimeUnit.SECONDS)).containsSubsequence("\"state\":\"off\"", "HTTP/1.1 200", "ok\n");
    }

    @Test
    void tooManyRequestsSentAheadCloseTheConnection() throws Exception {
        operations.held = new CompletableFuture<>();
        String slow =
                "PUT /api/backends/gpu-0/state HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n{\"state\":\"off\"}";

        assertThat(raw(slow + "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(17)))
                .isEmpty();

        operations.held.complete(null);
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void oneSlowOperationHoldsUpNoOtherConnection() throws Exception {
        operations.held = new CompletableFuture<>();
        CompletableFuture<HttpResponse<String>> slow = client.sendAsync(
                request("/api/backends/gpu-0/state")
                        .PUT(BodyPublishers.ofString("{\"state\":\"off\"}"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        assertThat(slow).isNotDone();

        operations.held.complete(null);
        assertThat(slow.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void aBugIsA500WithoutItsDetails() throws Exception {
        operations.held = CompletableFuture.failedFuture(new IllegalStateException("hunter2"));

        HttpResponse<String> response = put("/api/backends/gpu-0/state", "{\"state\":\"off\"}");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("\"error\":{\"message\":").doesNotContain("hunter2");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /api/explain?session=%zz HTTP/1.1 | 400",
                "GET /api/backends/%/state HTTP/1.1    | 400",
                "nonsense                              | 400",
            })
    void malformedRequestsAreRefused(String line, int status) throws Exception {
        assertThat(raw(line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void aLargeBodyIsRefused() throws Exception {
        String large = "x".repeat(17 * 1024);

        assertThat(raw(
                        "PUT /api/backends/gpu-0/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                                + large.length() + "\r\n\r\n" + large))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void anAddressThatIsTakenFailsTheStart() throws Exception {
        start(null);
        int port = server().address().getPort();

        CompletableFuture<AdminServer> second = AdminServer.start(
                        group, new Address("127.0.0.1", port), () -> null, operations, registry, live.feed)
                .toCompletableFuture();

        assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(BindException.class);
    }
}
