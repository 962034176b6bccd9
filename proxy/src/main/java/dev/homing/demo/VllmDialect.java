// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * vLLM 0.25's Python front end: uvicorn's manners, FastAPI's error texts. Serves every model by the name it is asked for, where a real
 * one answers 404 to names it was not given.
 */
final class VllmDialect implements Dialect {

    static final String FINGERPRINT = "vllm-0.25.0-1a2b3c4d";

    private static final String VERSION = "0.25.0";
    private static final String JSON = "application/json";
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

    private final boolean cacheReport;

    VllmDialect(boolean cacheReport) {
        this.cacheReport = cacheReport;
    }

    @Override
    public @Nullable Api api(String path) {
        return switch (path) {
            case "/v1/chat/completions" -> Api.CHAT;
            case "/v1/completions" -> Api.COMPLETION;
            case "/v1/responses" -> Api.RESPONSES;
            case "/v1/messages" -> Api.MESSAGES;
            case "/v1/messages/count_tokens" -> Api.COUNT_TOKENS;
            case "/tokenize" -> Api.TOKENIZE;
            default -> null;
        };
    }

    @Override
    public Shape shape(Api api) {
        return switch (api) {
            case CHAT -> new VllmChat(cacheReport);
            case COMPLETION -> new VllmCompletion(cacheReport);
            case RESPONSES -> ResponsesShape.vllm();
            case MESSAGES -> MessagesShape.vllm(cacheReport);
            case NATIVE, TOKENIZE, COUNT_TOKENS ->
                throw new IllegalArgumentException("api: " + api + " (expected: one that vLLM generates by)");
        };
    }

    @Override
    public Reply page(String method, String path, String query, View view) {
        Reply page = switch (path) {
            case "/health", "/ping" -> Reply.empty(200);
            case "/version" -> Reply.json(200, JSON, Json.object("version", VERSION));
            case "/load" ->
                Reply.json(
                        200,
                        JSON,
                        Json.object().put("server_load", view.engine().active()));
            case "/v1/models" -> Reply.json(200, JSON, VllmPages.models(view));
            case "/metrics" -> Reply.of(200, "text/plain; version=1.0.0; charset=utf-8", VllmPages.metrics(view));
            default -> null;
        };
        if (page != null && method.equals("GET")) {
            return page;
        }
        if (page != null || api(path) != null) {
            return error(Problem.of(Problem.Kind.METHOD), null, view.settings())
                    .with("allow", page != null ? "GET" : "POST");
        }
        return error(Problem.of(Problem.Kind.NOT_FOUND), null, view.settings());
    }

    @Override
    public Reply error(Problem problem, @Nullable Api api, EngineSettings settings) {
        return switch (problem.kind()) {
            case NOT_FOUND -> Reply.json(404, JSON, Json.object("detail", "Not Found"));
            case METHOD -> Reply.json(405, JSON, Json.object("detail", "Method Not Allowed"));
            case FRAMING, URI_TOO_LONG -> Reply.of(400, "text/plain; charset=utf-8", "Invalid HTTP request received.");
            case MEDIA_TYPE -> invalid("[\"Unsupported Media Type: Only 'application/json' is allowed\"]");
            case BAD_JSON ->
                invalid("[{'type': 'json_invalid', 'loc': ('body', 0), 'msg': 'JSON decode error', 'input': {},"
                        + " 'ctx': {'error': '" + problem.detail() + "'}}]");
            case BAD_FIELD ->
                invalid("[{'type': 'value_type', 'loc': ('body',), 'msg': \"" + problem.detail() + "\"}]");
            case MISSING_FIELD ->
                invalid("[{'type': 'missing', 'loc': ('body', '" + problem.detail()
                        + "'), 'msg': 'Field required', 'input': {}}]");
            case CONTEXT ->
                contextError(problem.tokens(), api, settings.capacity().contextTokens());
            case PREVIOUS_RESPONSE ->
                Reply.json(
                        404,
                        JSON,
                        body("Response with id '" + problem.detail() + "' not found.", "NotFoundError", 404, null));
            case LOADING, BODY_TOO_LARGE, NO_SLOT ->
                throw new IllegalArgumentException("problem: " + problem.kind() + " (expected: one that vLLM has)");
        };
    }

    private static Reply contextError(long tokens, @Nullable Api api, int context) {
        String message = "This model's maximum context length is " + context + " tokens. However, your request has "
                + tokens + " input tokens. Please reduce the length of the input messages.";
        if (api == Api.MESSAGES) {
            ObjectNode whole = Json.object("type", "error");
            whole.set("error", Json.object("type", "BadRequestError").put("message", message));
            return Reply.json(400, JSON, whole);
        }
        return Reply.json(400, JSON, body(message, "BadRequestError", 400, "input_tokens"));
    }

    private static Reply invalid(String message) {
        return Reply.json(400, JSON, body(message, "Bad Request", 400, null));
    }

    private static ObjectNode body(String message, String type, int code, @Nullable String param) {
        ObjectNode whole = Json.object();
        whole.set(
                "error",
                Json.object("message", message)
                        .put("type", type)
                        .put("param", param)
                        .put("code", code));
        return whole;
    }

    @Override
    public Reply counted(Api api, long tokens, EngineSettings settings) {
        if (api == Api.COUNT_TOKENS) {
            ObjectNode whole = Json.object().put("input_tokens", tokens);
            whole.set("context_management", Json.object().put("original_input_tokens", tokens));
            return Reply.json(200, JSON, whole);
        }
        ArrayNode ids = Json.array();
        for (int i = 0; i < tokens; i++) {
            ids.add(i);
        }
        ObjectNode whole = Json.object()
                .put("count", tokens)
                .put("max_model_len", settings.capacity().contextTokens());
        whole.set("tokens", ids);
        return Reply.json(200, JSON, whole.putNull("token_strs"));
    }

    @Override
    public @Nullable Problem check(GenerationRequest request, EngineSettings settings) {
        if (request.previousResponse()) {
            return Problem.of(Problem.Kind.PREVIOUS_RESPONSE, "resp");
        }
        long tokens = request.prompt().tokens();
        long whole = tokens + Math.max(1, request.answer().maxTokens());
        return whole > settings.capacity().contextTokens() ? new Problem(Problem.Kind.CONTEXT, "", tokens) : null;
    }

    @Override
    public String model(GenerationRequest request, EngineSettings settings) {
        String asked = request.model();
        return asked == null || asked.equals("null") ? settings.model() : asked;
    }

    @Override
    public String id(Api api, String random) {
        return api == Api.MESSAGES ? "chatcmpl-" + random : api.idPrefix() + random;
    }

    @Override
    public String json() {
        return JSON;
    }

    @Override
    public boolean headAtOnce() {
        return true;
    }

    @Override
    public void lead(HttpHeaders headers, String origin) {
        headers.add("date", DATE.format(ZonedDateTime.now(ZoneOffset.UTC))).add("server", "uvicorn");
    }

    @Override
    public void stream(HttpHeaders headers) {
        headers.add("content-type", "text/event-stream; charset=utf-8").add("transfer-encoding", "chunked");
    }

    @Override
    public void connection(HttpHeaders headers, boolean close, EngineSettings settings) {
        if (close) {
            headers.add("connection", "close");
        }
    }

    @Override
    public long maxBody() {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean closesAfter(int status) {
        return false;
    }

    /** @param whole a whole answer tells absent details as null, a stream leaves them out */
    static ObjectNode usage(Answer answer, boolean cacheReport, boolean whole) {
        ObjectNode usage = Json.object()
                .put("prompt_tokens", answer.promptTokens())
                .put("total_tokens", answer.promptTokens() + answer.answerTokens())
                .put("completion_tokens", answer.answerTokens());
        if (cacheReport) {
            ObjectNode details = Json.object()
                    .put("cached_tokens", answer.cachedTokens())
                    .put("created_cache_tokens", answer.promptTokens() - answer.cachedTokens());
            if (whole) {
                details.putNull("multimodal_tokens");
            }
            usage.set("prompt_tokens_details", details);
        } else if (whole) {
            usage.putNull("prompt_tokens_details");
        }
        return usage;
    }
}
