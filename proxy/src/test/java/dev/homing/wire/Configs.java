// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import dev.homing.config.Address;
import dev.homing.config.Affinity;
import dev.homing.config.BackendConfig;
import dev.homing.config.Cidr;
import dev.homing.config.Dns;
import dev.homing.config.Edge;
import dev.homing.config.Health;
import dev.homing.config.HomingConfig;
import dev.homing.config.Limits;
import dev.homing.config.Listener;
import dev.homing.config.PoolConfig;
import dev.homing.config.PoolSettings;
import dev.homing.config.Queue;
import dev.homing.config.Secret;
import dev.homing.config.Server;
import dev.homing.config.Telemetry;
import dev.homing.config.Timeouts;
import dev.homing.config.UpstreamRules;
import dev.homing.exchange.ApiKeys;
import dev.homing.exchange.Generation;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Life;
import dev.homing.routing.Mix64;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import dev.homing.upstream.Endpoint;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A configuration under construction: the reference's defaults, with what a test wants otherwise. */
public final class Configs {

    /** The pseudonym of proxies under test. */
    public static final String VIA = "homing-test";

    private Timeouts.Client client =
            new Timeouts.Client(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(75));
    private Timeouts.Upstream upstream = new Timeouts.Upstream(
            Duration.ofSeconds(2), Duration.ofMinutes(15), Duration.ofMinutes(5), Duration.ofSeconds(3));
    private Duration healthTimeout = Duration.ofSeconds(5);
    private @Nullable Duration ssePing;
    private Limits limits = new Limits(8 * 1024, 32 * 1024, 100, 256L << 20, 1 << 20, 0);
    private UpstreamRules.Retry retry = new UpstreamRules.Retry(2, false);
    private List<Cidr> trusted = List.of();
    private List<String> denied = List.of("/sleep", "/wake_up");
    private List<String> stripped = List.of("X-Conversation-Id");
    private boolean responseHeaders;
    private @Nullable String authorization;
    private @Nullable ApiKeys keys;
    private @Nullable String pathPrefixRouted;
    private String prefix = "";
    private int maxInflight;
    private Queue queue = new Queue(1024, Duration.ofMinutes(5));
    private Affinity.WhenFull whenFull = Affinity.WhenFull.WAIT;
    private Set<Integer> down = Set.of();
    private Map<String, String> backendHeaders = Map.of();
    private @Nullable SslContext tls;
    private PlacementRules rules = PlacementRules.RENDEZVOUS;
    private List<String> bodyKeys = List.of();
    private Affinity.Scope scope = Affinity.Scope.NONE;
    private Affinity.NoSession noSession = Affinity.NoSession.ROUND_ROBIN;
    private Affinity.Home home = Affinity.Home.SESSION;

    public Configs requestHead(Duration timeout) {
        client = new Timeouts.Client(timeout, client.requestBody(), client.idle());
        return this;
    }

    public Configs requestBody(Duration timeout) {
        client = new Timeouts.Client(client.requestHead(), timeout, client.idle());
        return this;
    }

    public Configs clientIdle(Duration timeout) {
        client = new Timeouts.Client(client.requestHead(), client.requestBody(), timeout);
        return this;
    }

    public Configs connect(Duration timeout) {
        upstream = new Timeouts.Upstream(timeout, upstream.responseHead(), upstream.streamIdle(), upstream.idle());
        return this;
    }

    public Configs responseHead(Duration timeout) {
        upstream = new Timeouts.Upstream(upstream.connect(), timeout, upstream.streamIdle(), upstream.idle());
        return this;
    }

    /** How often clients of silent event streams get a comment, null = never. */
    public Configs ssePing(@Nullable Duration period) {
        ssePing = period;
        return this;
    }

    public Configs streamIdle(Duration timeout) {
        upstream = new Timeouts.Upstream(upstream.connect(), upstream.responseHead(), timeout, upstream.idle());
        return this;
    }

    public Configs upstreamIdle(Duration timeout) {
        upstream = new Timeouts.Upstream(upstream.connect(), upstream.responseHead(), upstream.streamIdle(), timeout);
        return this;
    }

    public Configs healthTimeout(Duration timeout) {
        healthTimeout = timeout;
        return this;
    }

    public Configs body(long limit) {
        limits = new Limits(limits.requestLine(), limits.headerBytes(), limits.headerCount(), limit, limits.peek(), 0);
        return this;
    }

    public Configs peek(int limit) {
        limits = new Limits(limits.requestLine(), limits.headerBytes(), limits.headerCount(), limits.body(), limit, 0);
        return this;
    }

    public Configs unanswered() {
        retry = new UpstreamRules.Retry(retry.attempts(), true);
        return this;
    }

    public Configs trusted(Cidr... blocks) {
        trusted = List.of(blocks);
        return this;
    }

    public Configs denied(String... paths) {
        denied = List.of(paths);
        return this;
    }

    /** Headers of requests that backends are not sent. */
    public Configs stripped(String... names) {
        stripped = List.of(names);
        return this;
    }

    public Configs responseHeaders() {
        responseHeaders = true;
        return this;
    }

    /** What clients have to show. */
    public Configs keys(ApiKeys wanted) {
        keys = wanted;
        return this;
    }

    public Configs authorization(String value) {
        authorization = value;
        return this;
    }

    /** Only paths below it are routed. */
    public Configs routedBelow(String path) {
        pathPrefixRouted = path;
        return this;
    }

    /** Requests that every backend takes at once; 0 = no limit. */
    public Configs maxInflight(int limit) {
        maxInflight = limit;
        return this;
    }

    public Configs queue(int limit, Duration timeout) {
        queue = new Queue(limit, timeout);
        return this;
    }

    public Configs spillWhenFull() {
        whenFull = Affinity.WhenFull.SPILL;
        return this;
    }

    /** These backends are unhealthy, and no others. */
    public Configs down(Integer... slots) {
        down = Set.of(slots);
        return this;
    }

    public Configs backendPrefix(String path) {
        prefix = path;
        return this;
    }

    public Configs backendHeaders(Map<String, String> headers) {
        backendHeaders = headers;
        return this;
    }

    /** How sessions are placed. */
    public Configs rules(PlacementRules placement) {
        rules = placement;
        return this;
    }

    public Configs bodyKeys(String... paths) {
        bodyKeys = List.of(paths);
        return this;
    }

    /** Equal ids under different credentials are different sessions. */
    public Configs byCredential() {
        scope = Affinity.Scope.AUTHORIZATION;
        return this;
    }

    /** Prompts make the sessions of requests that name none. */
    public Configs sessionsByPrefix() {
        noSession = Affinity.NoSession.PREFIX;
        return this;
    }

    /** Prompts tell where sessions begin. */
    public Configs homesByPrefix() {
        home = Affinity.Home.PREFIX;
        return this;
    }

    /** Backends are spoken to over TLS. */
    public Configs tls(SslContext context) {
        tls = context;
        return this;
    }

    public Limits limits() {
        return limits;
    }

    /** One pool named default, with one healthy backend {@code b0}, {@code b1}... an address. */
    public Generation generation(List<InetSocketAddress> addresses) {
        List<Backend> backends = new ArrayList<>();
        List<Endpoint> endpoints = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            String id = "b" + backends.size();
            int slot = backends.size();
            backends.add(new Backend(
                    slot, id, Mix64.hashId(id), 1, BackendState.READY, !down.contains(slot), Life.FIRST, maxInflight));
            endpoints.add(new Endpoint(
                    address,
                    address.getAddress().getHostAddress() + ":" + address.getPort(),
                    prefix,
                    backendHeaders,
                    tls));
        }
        HomingConfig config = config(addresses);
        PoolSettings settings = config.defaults();
        Pool pool = new Pool(0, "default", backends, rules);
        RouteMatcher routes =
                new RouteMatcher(List.of(new RouteMatcher.Rule(null, pathPrefixRouted, Map.of(), null, 0)));
        return new Generation(
                config,
                keys,
                new RoutingTable(List.of(pool), routes),
                List.of(Generation.PoolSetup.of("default", settings, SipHash.ofSeed("homing"))),
                endpoints);
    }

    private HomingConfig config(List<InetSocketAddress> addresses) {
        PoolSettings settings = settings();
        List<BackendConfig> backends = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            backends.add(new BackendConfig(
                    "b" + backends.size(),
                    URI.create("http://" + address.getHostString() + ":" + address.getPort()),
                    1,
                    0,
                    BackendConfig.State.READY,
                    backendHeaders.entrySet().stream()
                            .collect(Collectors.toMap(Map.Entry::getKey, header -> new Secret(header.getValue())))));
        }
        return new HomingConfig(
                new Server(
                        List.of(new Listener(new Address("127.0.0.1", 0), null, false)),
                        null,
                        null,
                        Server.Io.AUTO,
                        1,
                        Duration.ofSeconds(60)),
                List.of(new PoolConfig("default", backends, settings)),
                List.of(),
                settings,
                new Edge(trusted, null, denied, responseHeaders, ssePing),
                new Telemetry(true, new Telemetry.AccessLog(null, Telemetry.Format.JSON), null));
    }

    /** The settings of the one pool. */
    public PoolSettings settings() {
        return new PoolSettings(
                new Affinity(
                        new Affinity.Identity(List.of("X-Session-Id", "session_id"), bodyKeys, scope),
                        new Affinity.Placement(noSession, Affinity.Policy.RENDEZVOUS, 16384, home, 0),
                        new Affinity.Stickiness(
                                Duration.ofHours(1),
                                Affinity.OnUnhealthy.ROUND_ROBIN,
                                Affinity.OnReturn.STAY,
                                whenFull),
                        new Affinity.Table(1000, new Secret("homing"), null, null)),
                queue,
                new Health(
                        "/health",
                        Duration.ofSeconds(2),
                        healthTimeout,
                        3,
                        2,
                        new Health.Passive(3, Duration.ofSeconds(10), Duration.ofSeconds(10))),
                new Timeouts(client, upstream),
                limits,
                new UpstreamRules(
                        retry,
                        new Dns(Duration.ofSeconds(5), Duration.ofMinutes(5), List.of()),
                        authorization == null ? null : new Secret(authorization),
                        new UpstreamRules.Tls(null, null, null),
                        stripped));
    }
}
