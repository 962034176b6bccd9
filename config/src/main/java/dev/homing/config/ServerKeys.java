// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import dev.homing.config.Server.Io;
import dev.homing.config.Telemetry.AccessLog;
import dev.homing.config.Telemetry.Format;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of the process as a whole: what it binds, whom it lets in, what it tells. */
final class ServerKeys {

    static final Key<View, List<Listener>> LISTEN = Key.restart(
            "listen",
            new ListenType(),
            List.of(new Listener(new Address("127.0.0.1", 8080), null, false)),
            v -> v.config().server().listen(),
            "The address that clients connect to, or a list of them.",
            "To be reached from other machines, for TLS, or for several doors.");

    static final Key<View, Optional<Address>> ADMIN = Key.restart(
            "admin",
            new OrNone<>(Addresses.ADDRESS),
            Optional.of(new Address("127.0.0.1", 9090)),
            v -> View.maybe(v.config().server().admin()),
            "Metrics, readiness, admin API and dashboard; `none` turns them off.",
            "To be scraped from another machine (`admin_token` is required then), or where homing already has a neighbour on that port.");

    static final Key<View, List<Cidr>> TRUSTED_PROXIES = Key.top(
            "trusted_proxies",
            ListOf.distinct(Addresses.CIDR, cidr -> cidr),
            List.of(),
            v -> v.config().edge().trustedProxies(),
            "Addresses whose X-Forwarded-* are kept and extended; from others they are replaced.",
            "Proxies or balancers in front should be believed who the client is.");

    static final Key<View, Optional<Path>> KEYS = Key.top(
            "keys",
            new OrNone<>(Texts.FILE),
            Optional.empty(),
            v -> View.maybe(v.config().edge().keys()),
            "A file of API keys, one `name:sha256hex` a line: requests without one get 401.",
            "homing can be reached by others than its friends, or tokens should be counted by user.");

    static final Key<View, List<String>> DENY_PATHS = Key.top(
            "deny_paths",
            ListOf.distinct(Texts.PATH, path -> path),
            List.of(
                    "/sleep",
                    "/wake_up",
                    "/is_sleeping",
                    "/pause",
                    "/resume",
                    "/collective_rpc",
                    "/server_info",
                    "/abort_requests",
                    "/reset_prefix_cache",
                    "/reset_mm_cache",
                    "/reset_encoder_cache"),
            v -> v.config().edge().denyPaths(),
            "Paths answered with 404: the engines' own controls.",
            "To close more of an engine, or to open one of these paths.");

    static final Key<View, Optional<Secret>> ADMIN_TOKEN = Key.top(
            "admin_token",
            new OrNone<>(Texts.BEARER),
            Optional.empty(),
            v -> View.maybe(v.config().server().adminToken()),
            "Bearer token of the dashboard and /api; required when `admin` is not on loopback.",
            "`admin` is not on loopback, or the machine has users who should not drain replicas.");

    static final Key<View, Boolean> RESPONSE_HEADERS = Key.top(
            "response_headers",
            Numbers.SWITCH,
            false,
            v -> v.config().edge().responseHeaders(),
            "Tell clients X-Homing-Backend and X-Homing-Decision.",
            "While trying things out, or for clients that log which replica served them.");

    static final Key<View, Boolean> METERING = Key.top(
            "metering",
            Numbers.SWITCH,
            true,
            v -> v.config().telemetry().metering(),
            "Read token usage out of responses.",
            "Nobody looks at tokens; it costs next to nothing ([measured](metrics.md#what-it-costs)).");

    static final Key<View, Optional<String>> ACCESS_LOG_PATH = Key.top(
            "access_log.path",
            new OrNone<>(Texts.LOG),
            Optional.empty(),
            v -> View.maybe(v.config().telemetry().accessLog().path()),
            "Where one line a request is written.",
            "Single requests have to be found again, or traffic is to be replayed by `homing simulate`.");

    static final Key<View, Format> ACCESS_LOG_FORMAT = Key.top(
            "access_log.format",
            Numbers.oneOf(Format.class),
            Format.JSON,
            v -> v.config().telemetry().accessLog().format(),
            "How those lines look.",
            "`logfmt` for people and tools that read that.");

    static final Key<View, Optional<URI>> TRACING = Key.top(
            "tracing",
            new OrNone<>(Urls.COLLECTOR),
            Optional.empty(),
            v -> View.maybe(v.config().telemetry().tracing()),
            "An OTLP collector, such as http://collector:4318: one span a request is sent to its /v1/traces.",
            "There is a collector, and homing should show in its traces.");

    static final Key<View, Optional<Duration>> SSE_PING = Key.top(
            "sse_ping",
            new OrNone<>(Units.DURATION),
            Optional.empty(),
            v -> View.maybe(v.config().edge().ssePing()),
            "How often a client gets a comment while its event stream is silent, so that nobody cuts it during a long prefill.",
            "Something between the engine and the user gives up on silence: a balancer after a minute, Node after five. `15s` carries over most.");

    static final Key<View, Duration> DRAIN_TIMEOUT = Key.top(
            "drain_timeout",
            Units.DURATION_OR_ZERO,
            Duration.ofSeconds(60),
            v -> v.config().server().drainTimeout(),
            "How long streams may go on after SIGTERM.",
            "To a little below what your orchestrator waits before it kills.");

    static final Key<View, Io> IO = Key.restart(
            "io",
            Numbers.oneOf(Io.class),
            Io.AUTO,
            v -> v.config().server().io(),
            "The transport; `auto` takes the fastest that the machine has.",
            "A transport misbehaves on your kernel; `nio` is the JDK's own.");

    static final Key<View, Integer> THREADS = Key.restart(
            "threads",
            Numbers.from(0, 1024),
            0,
            v -> v.config().server().threads(),
            "Event loops; 0 = one per core.",
            "Other processes need the cores, or one loop is enough: fewer cost less CPU a token, more have shorter tails.");

    private ServerKeys() {}

    static Server server(Values values) {
        return new Server(
                values.of(LISTEN),
                values.of(ADMIN).orElse(null),
                values.of(ADMIN_TOKEN).orElse(null),
                values.of(IO),
                values.of(THREADS),
                values.of(DRAIN_TIMEOUT));
    }

    static Edge edge(Values values) {
        return new Edge(
                values.of(TRUSTED_PROXIES),
                values.of(KEYS).orElse(null),
                values.of(DENY_PATHS),
                values.of(RESPONSE_HEADERS),
                values.of(SSE_PING).orElse(null));
    }

    static Telemetry telemetry(Values values) {
        AccessLog log = new AccessLog(values.of(ACCESS_LOG_PATH).orElse(null), values.of(ACCESS_LOG_FORMAT));
        return new Telemetry(values.of(METERING), log, values.of(TRACING).orElse(null));
    }
}
