// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Someone at the admin listener. */
public final class Operator {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final URI base;
    private final @Nullable String token;

    public Operator(URI base) {
        this(base, null);
    }

    /** @param token that the listener asks for, null = none */
    Operator(URI base, @Nullable String token) {
        this.base = base;
        this.token = token;
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET());
    }

    public HttpResponse<String> put(String path, String body) {
        return send(HttpRequest.newBuilder(base.resolve(path))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body)));
    }

    public HttpResponse<String> delete(String path) {
        return send(HttpRequest.newBuilder(base.resolve(path)).DELETE());
    }

    public HttpResponse<String> reload() {
        return send(HttpRequest.newBuilder(base.resolve("/api/reload")).POST(BodyPublishers.noBody()));
    }

    public JsonNode json(String path) {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode())
                .as("GET %s: %s", path, response.body())
                .isEqualTo(200);
        return parse(response.body());
    }

    /** What {@code /api/backends} tells of one backend. */
    public JsonNode backend(String id) {
        for (JsonNode backend : json("/api/backends")) {
            if (backend.path("id").asText().equals(id)) {
                return backend;
            }
        }
        throw new AssertionError("backend " + id + " is not listed");
    }

    public void state(String id, String state) {
        HttpResponse<String> response = put("/api/backends/" + id + "/state", "{\"state\":\"" + state + "\"}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    public Scrape metrics() {
        return Scrape.of(get("/metrics").body());
    }

    public void awaitHealthy(String id, boolean healthy) {
        Awaitility.await(id + " healthy: " + healthy)
                .atMost(PATIENCE)
                .until(() -> backend(id).path("healthy").asBoolean() == healthy);
    }

    public void awaitReady(int status) {
        Awaitility.await("/readyz " + status)
                .atMost(PATIENCE)
                .until(() -> get("/readyz").statusCode() == status);
    }

    JsonNode parse(String text) {
        try {
            return json.readTree(text);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return http.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError("the admin listener did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
