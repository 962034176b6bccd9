// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.config.EffectiveConfig;
import dev.homing.routing.SessionKey;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What each request to the admin listener is answered with. */
final class AdminApi {

    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{1,16}");
    private static final String INDEX = """
            <!doctype html>
            <meta charset="utf-8"><title>homing</title>
            <h1>homing</h1>
            <ul>
            <li><a href="metrics">metrics</a>
            <li><a href="healthz">healthz</a>, <a href="readyz">readyz</a>
            <li><a href="api/backends">api/backends</a>; PUT api/backends/{id}/state {"state":"drain","deadline":"10m"}
            <li><a href="api/sessions">api/sessions</a>?backend={id}&amp;limit={n}; DELETE api/sessions/{hash}
            <li>api/explain?session={id} or ?hash={hash}
            <li><a href="api/config">api/config</a>; POST api/reload
            </ul>
            """;

    private final Operations operations;
    private final PrometheusMeterRegistry registry;

    AdminApi(Operations operations, PrometheusMeterRegistry registry) {
        this.operations = operations;
        this.registry = registry;
    }

    /** Called on the admin's thread. */
    CompletionStage<AdminResponse> answer(AdminRequest request) {
        return switch (request.path()) {
            case "/" -> get(request, () -> AdminResponse.html(INDEX));
            case "/metrics" -> get(request, () -> metrics(request.accept()));
            case "/healthz" -> get(request, () -> AdminResponse.text(HttpResponseStatus.OK, "ok"));
            case "/readyz" -> get(request, this::readiness);
            case "/api/backends" -> get(request, () -> AdminResponse.json(operations.backends()));
            case "/api/config" -> get(request, () -> AdminResponse.json(EffectiveConfig.of(operations.config())));
            case "/api/sessions" -> request.isGet() ? sessions(request) : notAllowed("GET, HEAD");
            case "/api/explain" -> request.isGet() ? explain(request) : notAllowed("GET, HEAD");
            case "/api/reload" -> request.method().equals(HttpMethod.POST) ? reload() : notAllowed("POST");
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
        Reply<StateChange> parsed = StateChange.parse(request.body());
        if (!(parsed instanceof Reply.Done<StateChange> change)) {
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
        StateChange wanted = change.value();
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
        SessionKey session = key(hash);
        if (session == null) {
            return error(
                    HttpResponseStatus.BAD_REQUEST,
                    "session: \"" + hash + "\" (expected: a hash of up to 16 hex digits)");
        }
        if (pool != null && !operations.pools().contains(pool)) {
            return error(HttpResponseStatus.NOT_FOUND, "no such pool");
        }
        return operations.forget(pool, session)
                ? done(AdminResponse.json(Map.of("forgotten", session.hex())))
                : error(HttpResponseStatus.NOT_FOUND, "no such session");
    }

    private CompletionStage<AdminResponse> explain(AdminRequest request) {
        SessionQuery session = session(request.parameter("session"), request.parameter("hash"));
        if (session == null) {
            return error(
                    HttpResponseStatus.BAD_REQUEST,
                    "query: (expected: session=ID, or hash=H with up to 16 hex digits, not both)");
        }
        String pool = request.parameter("pool");
        List<String> pools = operations.pools().stream()
                .filter(name -> pool == null || name.equals(pool))
                .toList();
        if (pools.isEmpty()) {
            return error(HttpResponseStatus.NOT_FOUND, "no such pool");
        }
        return pools.size() > 1
                ? ambiguous(pools)
                : operations.explain(pools.get(0), session).thenApply(AdminResponse::of);
    }

    /** Outer blanks do not count, as in a header. */
    private static @Nullable SessionQuery session(@Nullable String id, @Nullable String hash) {
        if (id != null && hash == null && !id.isBlank()) {
            return new SessionQuery.ById(id.strip().getBytes(StandardCharsets.UTF_8));
        }
        SessionKey key = id == null && hash != null ? key(hash) : null;
        return key == null ? null : new SessionQuery.ByHash(key);
    }

    private static @Nullable SessionKey key(String hash) {
        return HASH.matcher(hash).matches() ? new SessionKey(Long.parseUnsignedLong(hash, 16)) : null;
    }

    private CompletionStage<AdminResponse> reload() {
        return operations
                .reload()
                .thenApply(errors -> errors.isEmpty()
                        ? AdminResponse.json(Map.of("reloaded", true))
                        : AdminResponse.error(HttpResponseStatus.BAD_REQUEST, errors));
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
