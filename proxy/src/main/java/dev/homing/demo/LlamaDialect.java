// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** llama-server b10573, started with {@code --metrics}: cpp-httplib's manners, nlohmann's error texts. */
final class LlamaDialect implements Dialect {

    static final String BUILD = "b10573-d775b8967";

    private static final String JSON = "application/json; charset=utf-8";
    /** Any page may ask anything (Fetch, section "CORS preflight"). */
    private static final Reply PREFLIGHT = Reply.of(200, "text/html", "")
            .with("Access-Control-Allow-Credentials", "true")
            .with("Access-Control-Allow-Methods", "GET, POST")
            .with("Access-Control-Allow-Headers", "*");

    private static final long MAX_BODY = 100L * 1024 * 1024;

    @Override
    public @Nullable Api api(String path) {
        return switch (path) {
            case "/v1/chat/completions", "/chat/completions" -> Api.CHAT;
            case "/v1/completions" -> Api.COMPLETION;
            case "/completion", "/completions" -> Api.NATIVE;
            case "/v1/responses", "/responses" -> Api.RESPONSES;
            case "/v1/messages" -> Api.MESSAGES;
            case "/v1/messages/count_tokens" -> Api.COUNT_TOKENS;
            case "/tokenize" -> Api.TOKENIZE;
            default -> null;
        };
    }

    @Override
    public Shape shape(Api api) {
        return switch (api) {
            case CHAT -> new LlamaChat();
            case COMPLETION -> new LlamaCompletion();
            case NATIVE -> new LlamaNative();
            case RESPONSES -> ResponsesShape.llama();
            case MESSAGES -> MessagesShape.llama();
            case TOKENIZE, COUNT_TOKENS ->
                throw new IllegalArgumentException("api: " + api + " (expected: one that generates)");
        };
    }

    @Override
    public Reply page(String method, String path, String query, View view) {
        if (method.equals("OPTIONS")) {
            return PREFLIGHT;
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return error(Problem.of(Problem.Kind.NOT_FOUND), null, view.settings());
        }
        return switch (path) {
            case "/health", "/v1/health" -> Reply.json(200, JSON, Json.object("status", "ok"));
            case "/models", "/v1/models" -> Reply.json(200, JSON, LlamaPages.models(view));
            case "/props" -> Reply.json(200, JSON, LlamaPages.props(view));
            case "/slots" ->
                query.contains("fail_on_no_slot=1")
                                && view.engine().active()
                                        == view.settings().capacity().slots()
                        ? error(Problem.of(Problem.Kind.NO_SLOT), null, view.settings())
                        : Reply.json(200, JSON, LlamaPages.slots(view));
            case "/metrics" ->
                Reply.of(200, "text/plain; version=0.0.4", LlamaPages.metrics(view))
                        .with("Process-Start-Time-Unix", Long.toString(view.startedSeconds()));
            default -> error(Problem.of(Problem.Kind.NOT_FOUND), null, view.settings());
        };
    }

    @Override
    public Reply error(Problem problem, @Nullable Api api, EngineSettings settings) {
        return switch (problem.kind()) {
            case LOADING ->
                Reply.json(
                        503,
                        JSON,
                        wrap(Json.object("message", "Loading model")
                                .put("type", "unavailable_error")
                                .put("code", 503)));
            case NOT_FOUND, METHOD ->
                Reply.json(
                        404,
                        JSON,
                        wrap(Json.object("message", "File Not Found")
                                .put("type", "not_found_error")
                                .put("code", 404)));
            case FRAMING, MEDIA_TYPE -> Reply.empty(400);
            case URI_TOO_LONG -> Reply.empty(414);
            case BODY_TOO_LARGE -> Reply.empty(413);
            case BAD_JSON ->
                error(
                        500,
                        "[json.exception.parse_error.101] parse error: syntax error - " + problem.detail(),
                        "server_error");
            case BAD_FIELD -> error(400, problem.detail(), "invalid_request_error");
            case MISSING_FIELD -> error(400, "'" + problem.detail() + "' is required", "invalid_request_error");
            case PREVIOUS_RESPONSE ->
                error(400, "llama.cpp does not support 'previous_response_id'.", "invalid_request_error");
            case NO_SLOT -> error(503, "no slot available", "unavailable_error");
            case CONTEXT -> contextError(problem.tokens(), settings.capacity().contextTokens());
        };
    }

    private static Reply contextError(long tokens, int context) {
        String message = "request (" + tokens + " tokens) exceeds the available context size (" + context
                + " tokens), try increasing it";
        ObjectNode error = Json.object()
                .put("code", 400)
                .put("message", message)
                .put("type", "exceed_context_size_error")
                .put("n_prompt_tokens", tokens)
                .put("n_ctx", context);
        return Reply.json(400, JSON, wrap(error));
    }

    private static Reply error(int status, String message, String type) {
        return Reply.json(
                status,
                JSON,
                wrap(Json.object().put("code", status).put("message", message).put("type", type)));
    }

    private static ObjectNode wrap(ObjectNode error) {
        ObjectNode whole = Json.object();
        whole.set("error", error);
        return whole;
    }

    @Override
    public Reply counted(Api api, long tokens, EngineSettings settings) {
        if (api == Api.COUNT_TOKENS) {
            return Reply.json(200, JSON, Json.object().put("input_tokens", tokens));
        }
        ArrayNode ids = Json.array();
        for (int i = 0; i < tokens; i++) {
            ids.add(i);
        }
        ObjectNode whole = Json.object();
        whole.set("tokens", ids);
        return Reply.json(200, JSON, whole);
    }

    @Override
    public @Nullable Problem check(GenerationRequest request, EngineSettings settings) {
        if (request.previousResponse()) {
            return Problem.of(Problem.Kind.PREVIOUS_RESPONSE);
        }
        long tokens = request.prompt().tokens();
        return tokens >= settings.capacity().contextTokens() ? new Problem(Problem.Kind.CONTEXT, "", tokens) : null;
    }

    @Override
    public String model(GenerationRequest request, EngineSettings settings) {
        return settings.model();
    }

    @Override
    public String id(Api api, String random) {
        return (api == Api.RESPONSES ? "resp_" : "chatcmpl-") + random;
    }

    @Override
    public String json() {
        return JSON;
    }

    @Override
    public boolean headAtOnce() {
        return false;
    }

    @Override
    public void lead(HttpHeaders headers, String origin) {
        headers.add("Server", "llama.cpp").add("Access-Control-Allow-Origin", origin);
    }

    @Override
    public void stream(HttpHeaders headers) {
        headers.add("X-Accel-Buffering", "no").add("Content-Type", "text/event-stream");
        headers.add("Transfer-Encoding", "chunked");
    }

    @Override
    public void connection(HttpHeaders headers, boolean close, EngineSettings settings) {
        if (close) {
            headers.add("Connection", "close");
        } else {
            headers.add(
                    "Keep-Alive",
                    "timeout=" + settings.behaviour().idle().toSeconds() + ", max="
                            + settings.behaviour().requestsPerConnection());
        }
    }

    @Override
    public long maxBody() {
        return MAX_BODY;
    }

    @Override
    public boolean closesAfter(int status) {
        return status >= 400;
    }

    static ObjectNode usage(Answer answer) {
        ObjectNode usage = Json.object()
                .put("completion_tokens", answer.answerTokens())
                .put("prompt_tokens", answer.promptTokens())
                .put("total_tokens", answer.promptTokens() + answer.answerTokens());
        usage.set("prompt_tokens_details", Json.object().put("cached_tokens", answer.cachedTokens()));
        return usage;
    }
}
