// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** A client of the chat completions API that streams, and measures the time to the first token as a user sees it. */
final class ChatClient {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final URI completions;

    /**
     * One answer.
     *
     * @param firstTokenNanos from sending the request to the first non-empty content
     */
    record Sample(String text, long firstTokenNanos, long promptTokens, long cachedTokens, long answerTokens) {}

    ChatClient(InetSocketAddress address) {
        this.completions = URI.create(
                "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + "/v1/chat/completions");
    }

    /** Sends the history; fails with an {@link IOException} unless a whole answer with usage comes back. */
    CompletableFuture<Sample> send(String sessionId, JsonNode messages, int maxTokens) {
        ObjectNode body = json.createObjectNode().put("model", "demo").put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        body.put("max_tokens", maxTokens).set("messages", messages);
        HttpRequest request = HttpRequest.newBuilder(completions)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("X-Session-Id", sessionId)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        Reading reading = new Reading(System.nanoTime());
        return http.sendAsync(request, HttpResponse.BodyHandlers.fromLineSubscriber(reading))
                .thenCompose(response -> reading.sample(response.statusCode()));
    }

    /** The lines of one answer; the client calls it from one thread at a time. */
    private final class Reading implements Flow.Subscriber<String> {

        private final long sent;
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder other = new StringBuilder();
        private long firstToken;
        private JsonNode usage = json.missingNode();
        private boolean done;

        Reading(long sent) {
            this.sent = sent;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            if (line.equals("data: [DONE]")) {
                done = true;
            } else if (line.startsWith("data: ")) {
                event(line.substring("data: ".length()));
            } else {
                other.append(line);
            }
        }

        private void event(String data) {
            try {
                JsonNode event = json.readTree(data);
                String content = event.path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asText("");
                if (!content.isEmpty() && text.isEmpty()) {
                    firstToken = System.nanoTime();
                }
                text.append(content);
                usage = event.has("usage") ? event.path("usage") : usage;
            } catch (IOException e) {
                other.append(data);
            }
        }

        @Override
        public void onError(Throwable problem) {
            other.append(problem);
        }

        @Override
        public void onComplete() {}

        CompletableFuture<Sample> sample(int status) {
            if (status != 200 || !done || text.isEmpty() || !usage.isObject()) {
                String why = "status " + status + (done ? "" : ", no end of the stream") + ": " + other;
                return CompletableFuture.failedFuture(new IOException(why));
            }
            return CompletableFuture.completedFuture(new Sample(
                    text.toString(),
                    firstToken - sent,
                    usage.path("prompt_tokens").asLong(),
                    usage.path("prompt_tokens_details").path("cached_tokens").asLong(),
                    usage.path("completion_tokens").asLong()));
        }
    }
}
