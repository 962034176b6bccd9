// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import dev.homing.config.Affinity.Home;
import dev.homing.config.Affinity.Identity;
import dev.homing.config.Affinity.NoSession;
import dev.homing.config.Affinity.OnReturn;
import dev.homing.config.Affinity.OnUnhealthy;
import dev.homing.config.Affinity.Placement;
import dev.homing.config.Affinity.Policy;
import dev.homing.config.Affinity.Scope;
import dev.homing.config.Affinity.Stickiness;
import dev.homing.config.Affinity.Table;
import dev.homing.config.Affinity.WhenFull;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The keys of {@code affinity}. */
final class AffinityKeys {

    static final Key<View, List<String>> HEADERS = Key.pool(
            "affinity.headers",
            ListOf.distinct(Texts.HEADER_NAME, name -> name.toLowerCase(Locale.ROOT)),
            List.of(
                    "X-Session-Id",
                    "x-session-affinity",
                    "x-litellm-session-id",
                    "x-opencode-session",
                    "x-claude-code-session-id",
                    "session-id",
                    "session_id",
                    "agent-session-id",
                    "x-openwebui-chat-id",
                    "x-conversation-id"),
            v -> identity(v).headers(),
            "Request headers in order: the first one with a value that is not blank is the session. Compared without case.",
            "Your clients name sessions in another header; put the one that is right for most of them first.");

    static final Key<View, List<String>> BODY_KEYS = Key.pool(
            "affinity.body_keys",
            ListOf.distinct(Texts.BODY_KEY, key -> key),
            List.of(),
            v -> identity(v).bodyKeys(),
            "Keys of a JSON body, with dots for nesting, that are looked at when no header gives a session.",
            "Clients send no header but name the session in their JSON; `homing_session_key_total{source=\"none\"}` is high.");

    static final Key<View, NoSession> NO_SESSION = Key.pool(
            "affinity.no_session",
            Numbers.oneOf(NoSession.class),
            NoSession.ROUND_ROBIN,
            v -> placement(v).noSession(),
            "Where requests without a session go: the next backend in turn, or the one with the least prompt work pending; `prefix` makes a"
                    + " session of model, system prompt and first user message.",
            "`prefix` for clients that name no session anywhere; `least_pending` when side calls are long and of unequal size.");

    static final Key<View, Scope> SCOPE = Key.pool(
            "affinity.scope",
            Numbers.oneOf(Scope.class),
            Scope.NONE,
            v -> identity(v).scope(),
            "With `authorization`, equal ids under different credentials are different sessions.",
            "Clients of different owners may use the same ids, as counters or short names.");

    static final Key<View, Policy> PLACEMENT = Key.pool(
            "affinity.placement",
            Numbers.oneOf(Policy.class),
            Policy.LOAD_AWARE,
            v -> placement(v).policy(),
            "How a new session's backend is chosen; `load_aware` is `rendezvous` past backends with too much prompt work pending.",
            "`rendezvous` for several proxies that share no table and must agree also under load.");

    static final Key<View, Long> SLACK_TOKENS = Key.pool(
            "affinity.slack_tokens",
            Numbers.from(0L, 1_000_000_000_000L),
            16384L,
            v -> placement(v).slackTokens(),
            "`load_aware`: how many pending prompt tokens above the least loaded backend's one may have.",
            "To what a replica reads in the wait that you accept: prefill speed times seconds. Lower spreads new sessions more, higher keeps"
                    + " nearer to the hash.");

    static final Key<View, Home> HOME = Key.pool(
            "affinity.home",
            Numbers.oneOf(Home.class),
            Home.SESSION,
            v -> placement(v).home(),
            "What a new session's rendezvous order is computed from: its id, or the first 8 KiB of its prompt.",
            "Many sessions begin with the same long document or system prompt.");

    static final Key<View, Double> RELIEF = Key.pool(
            "affinity.relief",
            Numbers.OFF_OR_POSITIVE,
            0.0,
            v -> placement(v).relief(),
            "A pinned session moves when its backend's pending prompt tokens exceed the least loaded one's by more than this many times"
                    + " the session's whole prompt; 4 is a good value.",
            "Waits on one replica hurt while others are idle, and a session may pay for a move with one reading of its history.");

    static final Key<View, Duration> IDLE_TTL = Key.pool(
            "affinity.idle_ttl",
            Units.DURATION,
            Duration.ofHours(1),
            v -> stickiness(v).idleTtl(),
            "A session is forgotten this long after its last request ended; a running request keeps it.",
            "To about the time for which an engine's cache keeps a conversation that nobody continues.");

    static final Key<View, Long> MAX_SESSIONS = Key.restart(
            "affinity.max_sessions",
            Numbers.from(1L, 1_000_000_000L),
            1_000_000L,
            v -> table(v).maxSessions(),
            "Bound of the sticky table, over all pools.",
            "`homing_sticky_table_evictions_total{cause=\"size\"}` rises; or to bound memory.");

    static final Key<View, OnUnhealthy> ON_UNHEALTHY = Key.pool(
            "affinity.on_unhealthy",
            Numbers.oneOf(OnUnhealthy.class),
            OnUnhealthy.ROUND_ROBIN,
            v -> stickiness(v).onUnhealthy(),
            "Where a session goes whose backend is out, to be bound there: the next one in turn, or placed like a new session.",
            "`placement` for several proxies that share no table.");

    static final Key<View, OnReturn> ON_RETURN = Key.pool(
            "affinity.on_return",
            Numbers.oneOf(OnReturn.class),
            OnReturn.STAY,
            v -> stickiness(v).onReturn(),
            "What sessions that had to move do once their first backend is healthy again.",
            "`home` when replicas leave for a while without losing their cache: short network faults, drains that are taken back.");

    static final Key<View, WhenFull> WHEN_FULL = Key.pool(
            "affinity.when_full",
            Numbers.oneOf(WhenFull.class),
            WhenFull.WAIT,
            v -> stickiness(v).whenFull(),
            "What a request does whose pinned backend is at `max_inflight`: wait up to `queue.timeout`, or go elsewhere at once."
                    + " The pin stays.",
            "`spill` when answers are far longer to generate than histories are to read.");

    static final Key<View, Secret> SEED = Key.restart(
            "affinity.seed",
            Texts.SEED,
            new Secret("homing"),
            v -> table(v).seed(),
            "Key of the session hash, a secret of your own; the same on every proxy of a fleet.",
            "Always, where strangers may see hashes or choose ids; on every proxy of a fleet alike.");

    static final Key<View, Optional<Path>> SNAPSHOT = Key.restart(
            "affinity.snapshot",
            new OrNone<>(Texts.FILE),
            Optional.empty(),
            v -> View.maybe(table(v).snapshot()),
            "A file that the sticky table is written to at exit and every 30 s, and read from at start.",
            "One proxy, and a restart should not cost its sessions their replicas.");

    static final Key<View, Optional<ShareAddress>> SHARE = Key.restart(
            "affinity.share",
            new OrNone<>(ShareUrl.TYPE),
            Optional.empty(),
            v -> View.maybe(table(v).share()),
            "A Redis or Valkey that holds one sticky table for a fleet of proxies; see [a fleet](fleet.md).",
            "Several proxies for the same replicas.");

    static final List<Key<View, ?>> ALL = List.of(
            HEADERS,
            BODY_KEYS,
            NO_SESSION,
            SCOPE,
            PLACEMENT,
            SLACK_TOKENS,
            HOME,
            RELIEF,
            IDLE_TTL,
            MAX_SESSIONS,
            ON_UNHEALTHY,
            ON_RETURN,
            WHEN_FULL,
            SEED,
            SNAPSHOT,
            SHARE);

    private AffinityKeys() {}

    static Affinity build(Values values) {
        return new Affinity(
                new Identity(values.of(HEADERS), values.of(BODY_KEYS), values.of(SCOPE)),
                new Placement(
                        values.of(NO_SESSION),
                        values.of(PLACEMENT),
                        values.of(SLACK_TOKENS),
                        values.of(HOME),
                        values.of(RELIEF)),
                new Stickiness(
                        values.of(IDLE_TTL), values.of(ON_UNHEALTHY), values.of(ON_RETURN), values.of(WHEN_FULL)),
                new Table(
                        values.of(MAX_SESSIONS),
                        values.of(SEED),
                        values.of(SNAPSHOT).orElse(null),
                        values.of(SHARE).orElse(null)));
    }

    private static Identity identity(View view) {
        return view.settings().affinity().identity();
    }

    private static Placement placement(View view) {
        return view.settings().affinity().placement();
    }

    private static Stickiness stickiness(View view) {
        return view.settings().affinity().stickiness();
    }

    private static Table table(View view) {
        return view.settings().affinity().table();
    }
}
