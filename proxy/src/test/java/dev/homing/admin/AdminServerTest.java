// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.config.Address;
import dev.homing.config.Secret;
import dev.homing.routing.BackendState;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminServerTest {

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final FakeOperations operations = new FakeOperations();
    private final HttpClient client = HttpClient.newHttpClient();
    private final LiveFixture live = new LiveFixture(operations);
    private @Nullable AdminServer server;

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        assertThat(group.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void metricsAreServedInTheFormatThatIsAskedFor() throws Exception {
        registry.counter("homing.requests").increment();

        HttpResponse<String> plain = get("/metrics");
        HttpResponse<String> open = send(request("/metrics")
                .header("Accept", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.3"));

        assertThat(plain.body()).contains("homing_requests_total 1.0").doesNotContain("# EOF");
        assertThat(header(plain, "content-type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(open.body()).contains("homing_requests_total 1.0").endsWith("# EOF\n");
        assertThat(header(open, "content-type"))
                .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
    }

    @Test
    void readinessTellsItsReason() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);

        operations.notReady = "no eligible backend in pool chat";

        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).isEqualTo("no eligible backend in pool chat\n");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void backendsAreListedAsFlatObjects() throws Exception {
        assertThat(get("/api/backends").body()).isEqualToIgnoringWhitespace("""
                        [{"pool":"chat","id":"gpu-0","url":"http://127.0.0.1:9101","weight":1.5,"state":"ready","healthy":true,
                          "since":"2026-01-02T03:04:05Z","reason":null,"inflight":1,"slots":8,"queued":2,"sessions":3,
                          "pending_prompt_tokens":4,"prompt_tokens":100,"cached_tokens":60}]""");
    }

    @Test
    void aBackendIsDrained() throws Exception {
        HttpResponse<String> response = put("/api/backends/gpu-0/state", "{\"state\":\"drain\",\"deadline\":\"10m\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"id\":\"gpu-0\"", "\"state\":\"drain\"");
        assertThat(operations.asked).containsExactly("chat/gpu-0 DRAIN PT10M");
    }

    @Test
    void anIdIsDecoded() throws Exception {
        operations.backends.add(FakeOperations.backend("chat", "10.0.0.1:80/a b+c", BackendState.READY));

        HttpResponse<String> response =
                put("/api/backends/10.0.0.1%3A80%2Fa%20b+c/state?pool=chat", "{\"state\":\"off\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(operations.asked).containsExactly("chat/10.0.0.1:80/a b+c OFF null");
    }

    @Test
    void anIdThatSeveralPoolsHaveNeedsAPool() throws Exception {
        operations.backends.add(FakeOperations.backend("embed", "gpu-0", BackendState.READY));

        HttpResponse<String> unclear = put("/api/backends/gpu-0/state", "{\"state\":\"ready\"}");
        HttpResponse<String> clear = put("/api/backends/gpu-0/state?pool=embed", "{\"state\":\"ready\"}");

        assertThat(unclear.statusCode()).isEqualTo(409);
        assertThat(unclear.body()).contains("chat, embed");
        assertThat(clear.statusCode()).isEqualTo(200);
        assertThat(operations.asked).containsExactly("embed/gpu-0 READY null");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`{\"state\":\"sleepy\"}`,                      state: \"sleepy\" (expected",
                "`{}`,                                          state: none (expected",
                "`{\"state\":null}`,                            state: null (expected",
                "`[]`,                                          state: none (expected",
                "`state=off`,                                   body: no JSON",
                "``,                                            state: none",
                "`{\"state\":\"off\",\"state\":\"ready\"}`,     body: no JSON",
                "`{\"state\":\"off\"} {}`,                      body: no JSON",
                "`{\"state\":\"off\",\"when\":1}`,              when: unknown",
                "`{\"state\":\"off\",\"deadline\":\"10m\"}`,    only with state drain",
                "`{\"state\":\"drain\",\"deadline\":\"10\"}`,   deadline: \"10\" (expected",
                "`{\"state\":\"drain\",\"deadline\":\"0s\"}`,   deadline: \"0s\" (expected",
                "`{\"state\":\"drain\",\"deadline\":\"-1s\"}`,  deadline: \"-1s\" (expected",
                "`{\"state\":\"drain\",\"deadline\":null}`,     deadline: null (expected",
            })
    void aBadStateIsRefusedWithWhatIsExpected(String body, String message) throws Exception {
        HttpResponse<String> response = put("/api/backends/gpu-0/state", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(AdminJson.read(response.body()).at("/error/message").asText())
                .contains(message);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void whatIsNotThereIs404() throws Exception {
        assertThat(put("/api/backends/gpu-9/state", "{\"state\":\"off\"}").statusCode())
                .isEqualTo(404);
        assertThat(put("/api/backends/gpu-0/state?pool=x", "{\"state\":\"off\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(get("/api/explain?session=a&pool=x").statusCode()).isEqualTo(404);
        assertThat(get("/api/backends/").statusCode()).isEqualTo(404);
        assertThat(get("/api%2Fbackends").statusCode()).isEqualTo(404);
        assertThat(get("/nosuch").body()).isEqualTo("{\"error\":{\"message\":\"no such endpoint\"}}\n");
    }

    @Test
    void aSessionIsExplainedByItsIdOrItsHash() throws Exception {
        HttpResponse<String> byId = get("/api/explain?session=C9%2F17+a");
        HttpResponse<String> byHash = get("/api/explain?hash=FF&pool=chat");

        assertThat(byId.body()).isEqualToIgnoringWhitespace("""
                        {"pool":"chat","hash":"00000000000000ff","pin":null,"suspect":null,"decision":"placed","backend":"gpu-0",
                         "why":"first request of this session",
                         "load":{"placement":"load_aware","slack_tokens":16384,"least_pending_tokens":12.5},
                         "order":[{"backend":"gpu-0","score":1.25,"weight":1.5,"state":"ready","healthy":true,
                                   "pending_prompt_tokens":4,"passed_over":null}]}""");
        assertThat(byHash.statusCode()).isEqualTo(200);
        assertThat(operations.asked).containsExactly("chat C9/17 a", "chat ByHash[key=00000000000000ff]");
    }

    @Test
    void anIdThatIsSentInABodyIsInNoPath() throws Exception {
        operations.pools.add("embed");

        HttpResponse<String> byId = post("/api/explain", "{\"session\":\" C9/17+a \",\"pool\":\"embed\"}");
        HttpResponse<String> byHash = post("/api/explain", "{\"hash\":\"FF\",\"pool\":\"chat\"}");

        assertThat(byId.statusCode()).isEqualTo(200);
        assertThat(byId.body()).contains("\"pool\":\"embed\"").doesNotContain("C9/17");
        assertThat(byHash.statusCode()).isEqualTo(200);
        assertThat(operations.asked).containsExactly("embed C9/17+a", "chat ByHash[key=00000000000000ff]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{}`                                | body: (expected: session=ID",
                "`[]`                                | body: (expected: session=ID",
                "`{\"session\":17}`                  | body: (expected: session=ID",
                "`{\"session\":\"a\",\"hash\":\"1\"}` | body: (expected: session=ID",
                "`session=a`                         | body: no JSON",
                "``                                  | body: (expected: session=ID",
            })
    void anUnclearBodyIsRefused(String body, String message) throws Exception {
        HttpResponse<String> response = post("/api/explain", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(AdminJson.read(response.body()).at("/error/message").asText())
                .startsWith(message);
        assertThat(operations.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/explain",
                "/api/explain?session=",
                "/api/explain?session=%20",
                "/api/explain?session=a&hash=1",
                "/api/explain?hash=xyz",
                "/api/explain?hash=",
                "/api/explain?hash=12345678901234567"
            })
    void anUnclearQuestionIsRefused(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(400);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void sessionsAreListedByTheirHashes() throws Exception {
        HttpResponse<String> some = get("/api/sessions?backend=gpu-0&limit=5&pool=chat");

        assertThat(some.statusCode()).isEqualTo(200);
        assertThat(some.body()).isEqualToIgnoringWhitespace("""
                        [{"hash":"00000000000000ff","pool":"chat","backend":"gpu-0","running":2,"idle_seconds_left":3600}]""");
        assertThat(get("/api/sessions").statusCode()).isEqualTo(200);
        assertThat(operations.asked)
                .containsExactly(
                        "SessionFilter[pool=chat, backend=gpu-0, limit=5]",
                        "SessionFilter[pool=null, backend=null, limit=100]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=0         | limit: \"0\" (expected: a whole number from 1 to 10000)",
                "limit=10001     | limit: \"10001\" (expected: a whole number from 1 to 10000)",
                "limit=-1        | limit: \"-1\" (expected",
                "limit=ten       | limit: \"ten\" (expected",
                "limit=1e3       | limit: \"1e3\" (expected",
                "limit=          | limit: \"\" (expected",
                "limit=99999999999999999999 | limit: \"99999999999999999999\" (expected",
                "backend=        | backend: \"\" (expected: the name of a backend)",
                "pool=%20        | pool: \" \" (expected: the name of a pool)",
                "backends=gpu-0  | backends: unknown (expected: backend, limit, pool)",
            })
    void aListThatIsAskedForBadlyIsRefused(String query, String message) throws Exception {
        HttpResponse<String> response = get("/api/sessions?" + query);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(AdminJson.read(response.body()).at("/error/message").asText())
                .startsWith(message);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void theBoundsOfALimitAreAllowed() throws Exception {
        assertThat(get("/api/sessions?limit=1").statusCode()).isEqualTo(200);
        assertThat(get("/api/sessions?limit=10000").statusCode()).isEqualTo(200);
    }

    @Test
    void theSessionsOfABackendThatIsNotThereAre404() throws Exception {
        assertThat(get("/api/sessions?backend=gpu-9").statusCode()).isEqualTo(404);
        assertThat(get("/api/sessions?backend=gpu-0&pool=embed").statusCode()).isEqualTo(404);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void aSessionIsForgottenByItsHash() throws Exception {
        assertThat(delete("/api/sessions/FF").body()).isEqualTo("{\"forgotten\":\"00000000000000ff\"}\n");
        assertThat(delete("/api/sessions/00000000000000ff?pool=chat").statusCode())
                .isEqualTo(200);
        assertThat(delete("/api/sessions/fe").body()).isEqualTo("{\"error\":{\"message\":\"no such session\"}}\n");
        assertThat(operations.asked)
                .containsExactly(
                        "forget null/00000000000000ff", "forget chat/00000000000000ff", "forget null/00000000000000fe");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/sessions/, 400",
        "/api/sessions/xyz, 400",
        "/api/sessions/12345678901234567, 400",
        "/api/sessions/-1, 400",
        "/api/sessions/ff?pool=nosuch, 404",
        "/api/sessions/ff/more, 404",
        "/api/sessions, 405"
    })
    void whatIsNoHashIsNotForgotten(String path, int status) throws Exception {
        assertThat(delete(path).statusCode()).isEqualTo(status);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void withSeveralPoolsASessionIsThatOfOne() throws Exception {
        operations.pools.add("embed");

        assertThat(get("/api/explain?session=a").statusCode()).isEqualTo(409);
        assertThat(get("/api/explain?session=a").body()).contains("chat, embed");
        assertThat(get("/api/explain?session=a&pool=embed").statusCode()).isEqualTo(200);
    }

    @Test
    void aReloadTellsEveryError() throws Exception {
        assertThat(post("/api/reload").body()).isEqualTo("{\"reloaded\":true}\n");

        operations.reloadErrors = List.of("a.yaml:1:1: x", "a.yaml:2:1: y");

        HttpResponse<String> bad = post("/api/reload");
        assertThat(bad.statusCode()).isEqualTo(400);
        assertThat(bad.body())
                .isEqualTo(
                        "{\"error\":{\"message\":\"a.yaml:1:1: x\",\"errors\":[\"a.yaml:1:1: x\",\"a.yaml:2:1: y\"]}}\n");
    }

    @Test
    void whoTakesOverIsHandedTheTableOrToldWhyNot() throws Exception {
        HttpResponse<String> table = post("/api/takeover");
        assertThat(table.statusCode()).isEqualTo(200);
        assertThat(table.body()).isEqualTo("{\"table\":\"AQID\"}\n");

        HttpResponse<String> refused = post("/api/takeover/finish");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("not now");
        assertThat(operations.asked).containsExactly("beginTakeover", "finishTakeover");
    }

    @Test
    void theConfigurationIsShown() throws Exception {
        assertThat(AdminJson.read(get("/api/config").body())
                        .at("/pools/chat/backends/0/id")
                        .asText())
                .isEqualTo("gpu-0");
    }

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

    private void start(@Nullable Secret token) throws Exception {
        server = AdminServer.start(group, new Address("127.0.0.1", 0), () -> token, operations, registry, live.feed)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private synchronized AdminServer server() {
        if (server == null) {
            try {
                start(null);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        return server;
    }

    private String base() {
        return "http://127.0.0.1:" + server().address().getPort();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base() + path)).timeout(Duration.ofSeconds(10));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    private HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return send(request(path).PUT(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> post(String path) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    /** What comes back until the server closes the connection. */
    private String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server().address().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
