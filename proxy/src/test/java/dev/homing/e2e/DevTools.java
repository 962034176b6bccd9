// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The DevTools protocol with one page of a browser: commands with their answers, and every event that came. */
final class DevTools implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final ObjectMapper json = new ObjectMapper();
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private final WebSocket socket;

    DevTools(URI page) {
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(page, new Reading())
                .join();
    }

    /** The parameters of a command, to be filled in. */
    ObjectNode parameters() {
        return json.createObjectNode();
    }

    JsonNode send(String method) {
        return send(method, parameters());
    }

    /** The result of a command; an error when the browser refuses it. */
    JsonNode send(String method, ObjectNode parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(id, answer);
        ObjectNode command = json.createObjectNode().put("id", id).put("method", method);
        command.set("params", parameters);
        socket.sendText(command.toString(), true).join();
        JsonNode told;
        try {
            told = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(method + ": no answer", e);
        }
        if (told.has("error")) {
            throw new AssertionError(method + ": " + told.path("error"));
        }
        return told.path("result");
    }

    /** The parameters of all events of a method, the oldest first. */
    List<JsonNode> events(String method) {
        return events.stream()
                .filter(event -> event.path("method").asText().equals(method))
                .map(event -> event.path("params"))
                .toList();
    }

    @Override
    public void close() {
        socket.abort();
    }

    private final class Reading implements WebSocket.Listener {

        /** Written by the thread that the listener is called on, one after the other. */
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                take(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        private void take(String message) {
            try {
                JsonNode told = json.readTree(message);
                CompletableFuture<JsonNode> answer =
                        told.has("id") ? asked.remove(told.path("id").asInt()) : null;
                if (answer != null) {
                    answer.complete(told);
                } else {
                    events.add(told);
                }
            } catch (IOException e) {
                throw new AssertionError(message, e);
            }
        }
    }
}
