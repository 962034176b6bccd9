// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admin.BackendStatus;
import dev.homing.admin.Explanation;
import dev.homing.admin.Operations;
import dev.homing.admin.Reply;
import dev.homing.admin.SessionFilter;
import dev.homing.admin.SessionQuery;
import dev.homing.admin.SessionStatus;
import dev.homing.affinity.Pin;
import dev.homing.config.ConfigErrors;
import dev.homing.config.HomingConfig;
import dev.homing.config.Restart;
import dev.homing.control.BackendView;
import dev.homing.control.StateChange;
import dev.homing.exchange.Generation;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.Pool;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators can ask of this process, answered from the parts that know it. Any thread. */
final class AdminOperations implements Operations {

    private static final Logger LOG = LoggerFactory.getLogger(AdminOperations.class);

    private final Core core;
    private final HomingConfig started;
    private final ConfigSource source;

    /** Told on the control thread, right before the source is read. Written by whoever starts to watch the source. */
    private volatile Runnable reading = () -> {};

    /** Written by whoever stops the proxy. */
    private volatile boolean draining;

    /** @param started what the proxy was started with */
    AdminOperations(Core core, HomingConfig started, ConfigSource source) {
        this.core = core;
        this.started = started;
        this.source = source;
    }

    /** Reloads when the configuration is no longer what is in force. */
    void catchUp() {
        CompletableFuture.supplyAsync(this::read, core.thread())
                .thenCompose(now -> now.equals(started) ? CompletableFuture.completedFuture(List.of()) : reload())
                .exceptionally(this::refused);
    }

    /** Has {@code next} run before each reading, on the control thread. */
    void beforeReading(Runnable next) {
        reading = next;
    }

    /** From now on not ready. */
    void drain() {
        draining = true;
    }

    @Override
    public @Nullable String notReady() {
        if (draining) {
            return "homing is draining";
        }
        return core.generation().table().pools().stream()
                .filter(pool -> pool.eligible().isEmpty())
                .findFirst()
                .map(pool -> "no eligible backend in pool " + pool.name())
                .orElse(null);
    }

    @Override
    public List<String> pools() {
        return core.generation().table().pools().stream().map(Pool::name).toList();
    }

    @Override
    public List<BackendStatus> backends() {
        return core.control().backends().stream().map(this::status).toList();
    }

    /** In the words that operators use. */
    private static BackendState shown(BackendState state) {
        return state == BackendState.DRAINED ? BackendState.OFF : state;
    }

    private BackendStatus status(BackendView view) {
        int slot = view.slot();
        return new BackendStatus(
                new BackendStatus.Identity(view.pool(), view.id(), view.url(), view.weight()),
                new BackendStatus.Condition(
                        shown(view.state()),
                        view.healthy(),
                        Instant.ofEpochMilli(view.sinceEpochMillis()),
                        view.reason()),
                new BackendStatus.Load(
                        core.admission().of(slot).inflight(),
                        core.admission().waitingFor(slot),
                        core.sessions().sessions(slot),
                        core.admission().of(slot).pendingTokens()),
                new BackendStatus.Tokens(
                        core.meters().promptTokens(slot), core.meters().cachedTokens(slot)));
    }

    @Override
    public CompletionStage<Reply<BackendStatus>> setState(
            String pool, String id, BackendState state, @Nullable Duration deadline) {
        return core.control().setState(pool, id, state, deadline).thenApply(change -> {
            if (change instanceof StateChange.Changed changed) {
                return Reply.done(status(changed.backend()));
            }
            return Reply.refused(Reply.Reason.UNKNOWN, "backend: " + id + " (expected: one of pool " + pool + ")");
        });
    }

    @Override
    public CompletionStage<List<SessionStatus>> sessions(SessionFilter filter) {
        return new SessionList(core.sessions(), core.generation().table()).of(filter);
    }

    @Override
    public boolean forget(@Nullable String pool, SessionKey session) {
        return new SessionList(core.sessions(), core.generation().table()).forget(pool, session);
    }

    @Override
    public CompletionStage<Reply<Explanation>> explain(String poolName, SessionQuery session) {
        Generation generation = core.generation();
        Optional<Pool> pool = generation.table().pools().stream()
                .filter(candidate -> candidate.name().equals(poolName))
                .findFirst();
        Reply<Explanation> reply = pool.isEmpty()
                ? Reply.refused(Reply.Reason.UNKNOWN, "pool: " + poolName + " (expected: one of " + pools() + ")")
                : Reply.done(explain(pool.get(), key(generation.config(), poolName, session)));
        return CompletableFuture.completedFuture(reply);
    }

    private static SessionKey key(HomingConfig config, String pool, SessionQuery session) {
        if (session instanceof SessionQuery.ByHash byHash) {
            return byHash.key();
        }
        byte[] value = ((SessionQuery.ById) session).value();
        return SipHash.ofSeed(config.defaults().affinity().table().seed().value())
                .key(pool, value);
    }

    private Explanation explain(Pool pool, SessionKey key) {
        Pin pin = core.sessions().peek(key);
        Backend pinned = pin == null ? null : pool.bySlot(pin.slot());
        List<Explanation.Candidate> order = Router.order(pool, key).stream()
                .map(scored -> new Explanation.Candidate(
                        scored.backend().id(),
                        scored.score(),
                        scored.backend().weight(),
                        shown(scored.backend().state()),
                        scored.backend().healthy()))
                .toList();
        return new Explanation(
                pool.name(), key.hex(), pinned == null ? null : pinned.id(), verdict(pool, key, pin, pinned), order);
    }

    private Explanation.Verdict verdict(Pool pool, SessionKey key, @Nullable Pin pin, @Nullable Backend pinned) {
        if (pinned != null && pinned.keepsPinned()) {
            return new Explanation.Verdict(Decision.PINNED, pinned.id(), "the session is bound to it");
        }
        if (pool.eligible().isEmpty()) {
            return new Explanation.Verdict(Decision.UNROUTABLE, null, "no backend of the pool is healthy and ready");
        }
        if (pin != null && !pool.rules().replaceOnUnhealthy()) {
            return new Explanation.Verdict(
                    Decision.REPINNED, null, "its backend is out: the next healthy one in round-robin turn");
        }
        Backend best = Router.place(pool, key, slot -> core.admission().of(slot).pendingTokens(), Set.of());
        return new Explanation.Verdict(
                pin == null ? Decision.PLACED : Decision.REPINNED,
                best == null ? null : best.id(),
                "the best score among the backends that take new sessions");
    }

    @Override
    public HomingConfig config() {
        return core.generation().config();
    }

    @Override
    public CompletionStage<List<String>> reload() {
        return CompletableFuture.supplyAsync(this::read, core.thread())
                .thenCompose(this::apply)
                .exceptionally(this::refused);
    }

    /** Reads on the control thread, because a file system may block. */
    private HomingConfig read() {
        reading.run();
        try {
            return source.read();
        } catch (ConfigErrors e) {
            throw new CompletionException(e);
        }
    }

    private CompletionStage<List<String>> apply(HomingConfig read) {
        List<String> kept = Restart.needed(config(), read);
        if (!kept.isEmpty()) {
            LOG.warn("these keys changed but need a restart to take effect: {}", String.join(", ", kept));
        }
        core.verify(read);
        return core.control().apply(RestartOnly.keep(config(), read)).thenApply(applied -> {
            core.meters().reloaded(true);
            LOG.info("configuration reloaded");
            return List.of();
        });
    }

    private List<String> refused(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        List<String> errors = cause instanceof ConfigErrors bad
                ? bad.errors().stream().map(Object::toString).toList()
                : List.of(
                        cause instanceof IllegalArgumentException
                                ? String.valueOf(cause.getMessage())
                                : cause.toString());
        core.meters().reloaded(false);
        LOG.warn("configuration not reloaded, the old one stays in force:\n  {}", String.join("\n  ", errors));
        return errors;
    }
}
