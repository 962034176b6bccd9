// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A client of streamed chat completions. Each request carries a nonce of its own, and its answer must bring that back, whole. */
final class Chat {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String DATA = "data: ";

    /** What the problem of a request that nobody answered begins with. */
    private static final String NO_HEAD = "no head: ";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final AtomicLong nonces = new AtomicLong();
    private final URI url;

    Chat(URI base) {
        this.url = base.resolve("/v1/chat/completions");
    }

    /**
     * What to ask.
     *
     * @param session empty = none
     * @param history {@code role, text, role, text} of what was said before
     */
    record Question(String session, List<String> history, String text, int maxTokens) {

        static Question alone(String text, int maxTokens) {
            return new Question("", List.of(), text, maxTokens);
        }
    }

    /**
     * What came of it.
     *
     * @param said the question's text with its nonce, as history has to repeat it
     * @param text the answer
     * @param backend by {@code X-Homing-Backend}, empty when no head came
     * @param problem what is wrong with the answer, empty when nothing is
     */
    record Told(
            Question question,
            String said,
            String text,
            String backend,
            String decision,
            Tokens tokens,
            String problem) {

        boolean failed() {
            return !problem.isEmpty();
        }

        /** Whether nobody answered at all: a proxy that is there says at least what is wrong. */
        boolean unanswered() {
            return problem.startsWith(NO_HEAD);
        }
    }

    record Tokens(long prompt, long cached, long completion) {
        static final Tokens NONE = new Tokens(0, 0, 0);
    }

    /** Never fails: what goes wrong is told. */
    CompletableFuture<Told> ask(Question question) {
        String nonce = "n" + nonces.incrementAndGet() + "-" + Integer.toHexString(question.hashCode());
        String said = question.text() + " nonce:" + nonce;
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("X-Demo-Nonce", nonce)
                .POST(HttpRequest.BodyPublishers.ofString(body(question, said)));
        if (!question.session().isEmpty()) {
            request.header("X-Session-Id", question.session());
        }
        AtomicReference<HttpResponse.ResponseInfo> head = new AtomicReference<>();
        return http.sendAsync(request.build(), info -> {
                    head.set(info);
                    return BodySubscribers.ofString(java.nio.charset.StandardCharsets.UTF_8);
                })
                .handle((response, failure) -> {
                    HttpHeaders headers = head.get() == null
                            ? HttpHeaders.of(java.util.Map.of(), (a, b) -> true)
                            : head.get().headers();
                    String backend = headers.firstValue("X-Homing-Backend").orElse("");
                    String decision = headers.firstValue("X-Homing-Decision").orElse("");
                    if (failure != null) {
                        String problem = (head.get() == null ? NO_HEAD : "cut: ") + failure;
                        return new Told(question, said, "", backend, decision, Tokens.NONE, problem);
                    }
                    Reading reading = new Reading(response.body());
                    return new Told(
                            question,
                            said,
                            reading.text.toString(),
                            backend,
                            decision,
                            reading.tokens,
                            reading.problem(response, nonce));
                });
    }

    private String body(Question question, String said) {
        ObjectNode body = json.createObjectNode().put("model", "demo-8b").put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        body.put("max_tokens", question.maxTokens());
        var messages = body.putArray("messages");
        for (int i = 0; i < question.history().size(); i += 2) {
            messages.addObject()
                    .put("role", question.history().get(i))
                    .put("content", question.history().get(i + 1));
        }
        messages.addObject().put("role", "user").put("content", said);
        return body.toString();
    }

    /** A whole body of server-sent events. */
    private final class Reading {

        private final StringBuilder text = new StringBuilder();
        private final List<String> problems = new ArrayList<>();
        private Tokens tokens = Tokens.NONE;
        private boolean done;

        Reading(String body) {
            body.lines().filter(line -> line.startsWith(DATA)).forEach(line -> event(line.substring(DATA.length())));
        }

        private void event(String data) {
            if (data.equals("[DONE]")) {
                done = true;
                return;
            }
            try {
                JsonNode event = json.readTree(data);
                text.append(event.path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asText(""));
                JsonNode usage = event.path("usage");
                if (usage.isObject()) {
                    tokens = new Tokens(
                            usage.path("prompt_tokens").asLong(),
                            usage.path("prompt_tokens_details")
                                    .path("cached_tokens")
                                    .asLong(),
                            usage.path("completion_tokens").asLong());
                }
            } catch (IOException e) {
                problems.add("not JSON: " + data);
            }
        }

        String problem(HttpResponse<String> response, String nonce) {
            if (response.statusCode() != 200) {
                return response.statusCode() + ": " + response.body();
            }
            if (!text.toString().startsWith(nonce)) {
                problems.add("another's answer: " + text + " (expected: " + nonce + ")");
            }
            String echoed = response.headers().firstValue("X-Demo-Nonce").orElse("none");
            if (!echoed.equals(nonce)) {
                problems.add("another's head: " + echoed + " (expected: " + nonce + ")");
            }
            if (!done || tokens.prompt() == 0) {
                problems.add("no usage or no end: " + response.body());
            }
            return String.join("; ", problems);
        }
    }
}
