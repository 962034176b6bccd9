// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.config.EffectiveConfig;
import dev.homing.routing.SessionKey;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What each request to the admin listener is answered with. */
final class AdminApi {

    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private final Dashboard dashboard = Dashboard.load();
    private final Operations operations;
    private final PrometheusMeterRegistry registry;

    AdminApi(Operations operations, PrometheusMeterRegistry registry) {
        this.operations = operations;
        this.registry = registry;
    }

    /** Called on the admin's thread. */
    CompletionStage<AdminResponse> answer(AdminRequest request) {
        return switch (request.path()) {
            case "/" -> get(request, () -> dashboard.answer(request.ifNoneMatch()));
            case "/metrics" -> get(request, () -> metrics(request.accept()));
            case "/healthz" -> get(request, () -> AdminResponse.text(HttpResponseStatus.OK, "ok"));
            case "/readyz" -> get(request, this::readiness);
            case "/api/backends" -> get(request, () -> AdminResponse.json(operations.backends()));
            case "/api/live" -> get(request, AdminResponse::events);
            case "/api/config" -> get(request, () -> AdminResponse.json(EffectiveConfig.of(operations.config())));
            case "/api/sessions" -> request.isGet() ? sessions(request) : notAllowed("GET, HEAD");
            case "/api/explain" ->
                request.isGet() || request.method().equals(HttpMethod.POST)
                        ? explain(request)
                        : notAllowed("GET, HEAD, POST");
            case "/api/reload" -> request.method().equals(HttpMethod.POST) ? reload() : notAllowed("POST");
            case "/api/takeover" -> takeover(request, operations::beginTakeover);
            case "/api/takeover/finish" -> takeover(request, operations::finishTakeover);
            default -> item(request);
        };
    }

    private static CompletionStage<AdminResponse> get(AdminRequest request, Supplier<AdminResponse> answer) {
        return request.isGet() ? done(answer.get()) : notAllowed("GET, HEAD");
    }

    private AdminResponse metrics(String accept) {
        String format = accept.toLowerCase(Locale.ROOT).contains("application/openmetrics-text")
                ? OPEN_METRICS
                : PROMETHEUS_TEXT;
        return new AdminResponse(HttpResponseStatus.OK, format, registry.scrape(format), Map.of());
    }

    private AdminResponse readiness() {
        String reason = operations.notReady();
        return reason == null
                ? AdminResponse.text(HttpResponseStatus.OK, "ready")
                : AdminResponse.text(HttpResponseStatus.SERVICE_UNAVAILABLE, reason);
    }

    /** What is named by a path rather than by a query. */
    private CompletionStage<AdminResponse> item(AdminRequest request) {
        List<String> segments = request.segments();
        if (segments.size() == 4
                && segments.subList(0, 2).equals(List.of("api", "backends"))
                && segments.get(3).equals("state")) {
            return state(request);
        }
        if (segments.size() == 3 && segments.subList(0, 2).equals(List.of("api", "sessions"))) {
            return request.method().equals(HttpMethod.DELETE)
                    ? forget(segments.get(2), request.parameter("pool"))
                    : notAllowed("DELETE");
        }
        return error(HttpResponseStatus.NOT_FOUND, "no such endpoint");
    }

    private CompletionStage<AdminResponse> state(AdminRequest request) {
        if (!request.method().equals(HttpMethod.PUT)) {
            return notAllowed("PUT");
        }
        Reply<StateWish> parsed = StateWish.parse(request.body());
        if (!(parsed instanceof Reply.Done<StateWish> wish)) {
            return done(AdminResponse.of(parsed));
        }
        String id = request.segments().get(2);
        String pool = request.parameter("pool");
        List<String> pools = operations.backends().stream()
                .map(BackendStatus::identity)
                .filter(backend -> backend.id().equals(id)
                        && (pool == null || backend.pool().equals(pool)))
                .map(BackendStatus.Identity::pool)
                .toList();
        if (pools.isEmpty()) {
            return error(HttpResponseStatus.NOT_FOUND, "no such backend");
        }
        if (pools.size() > 1) {
            return ambiguous(pools);
        }
        StateWish wanted = wish.value();
        return operations
                .setState(pools.get(0), id, wanted.state(), wanted.deadline())
                .thenApply(AdminResponse::of);
    }

    private CompletionStage<AdminResponse> sessions(AdminRequest request) {
        Reply<SessionFilter> parsed = SessionFilter.parse(request);
        if (!(parsed instanceof Reply.Done<SessionFilter> filter)) {
            return done(AdminResponse.of(parsed));
        }
        boolean known = operations.backends().stream()
                .map(BackendStatus::identity)
                .anyMatch(backend -> filter.value().accepts(backend.pool(), backend.id()));
        return known
                ? operations.sessions(filter.value()).thenApply(AdminResponse::json)
                : error(HttpResponseStatus.NOT_FOUND, "no such backend");
    }

    private CompletionStage<AdminResponse> forget(String hash, @Nullable String pool) {
        SessionKey session = SessionQuestion.key(hash);
        if (session == null) {
            return error(
                    HttpResponseStatus.BAD_REQUEST,
                    "session: \"" + hash + "\" (expected: a hash of up to 16 hex digits)");
        }
        if (pool != null && !operations.pools().contains(pool)) {
            return error(HttpResponseStatus.NOT_FOUND, "no such pool");
        }
        return operations
                .forget(pool, session)
                .thenCompose(found -> found
                        ? done(AdminResponse.json(Map.of("forgotten", session.hex())))
                        : error(HttpResponseStatus.NOT_FOUND, "no such session"));
    }

    private CompletionStage<AdminResponse> explain(AdminRequest request) {
        Reply<SessionQuestion> parsed = SessionQuestion.parse(request);
        if (!(parsed instanceof Reply.Done<SessionQuestion> question)) {
            return done(AdminResponse.of(parsed));
        }
        String pool = question.value().pool();
        List<String> pools = operations.pools().stream()
                .filter(name -> pool == null || name.equals(pool))
                .toList();
        if (pools.isEmpty()) {
            return error(HttpResponseStatus.NOT_FOUND, "no such pool");
        }
        return pools.size() > 1
                ? ambiguous(pools)
                : operations.explain(pools.get(0), question.value().session()).thenApply(AdminResponse::of);
    }

    private CompletionStage<AdminResponse> reload() {
        return operations
                .reload()
                .thenApply(errors -> errors.isEmpty()
                        ? AdminResponse.json(Map.of("reloaded", true))
                        : AdminResponse.error(HttpResponseStatus.BAD_REQUEST, errors));
    }

    private static CompletionStage<AdminResponse> takeover(
            AdminRequest request, Supplier<CompletionStage<Reply<HandedTable>>> step) {
        return request.method().equals(HttpMethod.POST) ? step.get().thenApply(AdminResponse::of) : notAllowed("POST");
    }

    private static CompletionStage<AdminResponse> notAllowed(String allowed) {
        return done(AdminResponse.error(HttpResponseStatus.METHOD_NOT_ALLOWED, "method: (expected: " + allowed + ")")
                .with("Allow", allowed));
    }

    private static CompletionStage<AdminResponse> ambiguous(List<String> pools) {
        return error(
                HttpResponseStatus.CONFLICT,
                "pool: none (expected: ?pool= with one of " + String.join(", ", pools) + ")");
    }

    private static CompletionStage<AdminResponse> error(HttpResponseStatus status, String message) {
        return done(AdminResponse.error(status, message));
    }

    private static CompletionStage<AdminResponse> done(AdminResponse response) {
        return CompletableFuture.completedStage(response);
    }
}
