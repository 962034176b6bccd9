// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admin.BackendStatus;
import dev.homing.admin.Explanation;
import dev.homing.admin.HandedTable;
import dev.homing.admin.Operations;
import dev.homing.admin.Reply;
import dev.homing.admin.SessionFilter;
import dev.homing.admin.SessionQuery;
import dev.homing.admin.SessionStatus;
import dev.homing.affinity.SessionRouter;
import dev.homing.config.Affinity;
import dev.homing.config.ConfigErrors;
import dev.homing.config.HomingConfig;
import dev.homing.config.Restart;
import dev.homing.control.BackendView;
import dev.homing.control.StateChange;
import dev.homing.exchange.Generation;
import dev.homing.routing.BackendState;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
    private final Explainer explainer;
    private final HomingConfig started;
    private final ConfigSource source;
    private final Succession succession;

    /** Told on the control thread, right before the source is read. Written by whoever starts to watch the source. */
    private volatile Runnable reading = () -> {};

    /** Written by whoever stops the proxy. */
    private volatile boolean draining;

    /** @param started what the proxy was started with */
    AdminOperations(Core core, SessionRouter router, HomingConfig started, ConfigSource source) {
        this.core = core;
        this.explainer = new Explainer(core.sessions(), router, core::pendingTokens);
        this.started = started;
        this.source = source;
        this.succession = new Succession(core.inheritance()::handOver, System::nanoTime);
    }

    /** How this process gives its place to another one. */
    Succession succession() {
        return succession;
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
    public long waitingForAny(String name) {
        return core.generation().table().pools().stream()
                .filter(pool -> pool.name().equals(name))
                .mapToLong(pool -> core.admission().waitingForAny(pool.index()))
                .sum();
    }

    @Override
    public List<BackendStatus> backends() {
        return core.control().backends().stream().map(this::status).toList();
    }

    private BackendStatus status(BackendView view) {
        int slot = view.slot();
        return new BackendStatus(
                new BackendStatus.Identity(view.pool(), view.id(), view.url(), view.weight()),
                new BackendStatus.Condition(
                        Explainer.shown(view.state()),
                        view.healthy(),
                        Instant.ofEpochMilli(view.sinceEpochMillis()),
                        view.reason()),
                new BackendStatus.Load(
                        core.admission().of(slot).inflight(),
                        view.maxInflight() == 0 ? null : view.maxInflight(),
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
    public CompletionStage<Boolean> forget(@Nullable String pool, SessionKey session) {
        boolean here = new SessionList(core.sessions(), core.generation().table()).forget(pool, session);
        SharedSessions share = core.share();
        CompletableFuture<Boolean> found = new CompletableFuture<>();
        if (share == null) {
            found.complete(here);
        } else {
            share.fleet().forget(session, pool, there -> found.complete(here || there));
        }
        return found;
    }

    @Override
    public CompletionStage<Reply<Explanation>> explain(String poolName, SessionQuery session) {
        Generation generation = core.generation();
        Optional<Pool> pool = generation.table().pools().stream()
                .filter(candidate -> candidate.name().equals(poolName))
                .findFirst();
        SessionKey key = key(generation.config(), poolName, session);
        Reply<Explanation> reply;
        if (pool.isEmpty()) {
            reply = Reply.refused(Reply.Reason.UNKNOWN, "pool: " + poolName + " (expected: one of " + pools() + ")");
        } else if (key == null) {
            reply = Reply.refused(
                    Reply.Reason.CONFLICT,
                    "session: an id (expected: hash=H, because affinity.scope of pool " + poolName
                            + " is authorization, and an id alone names no session)");
        } else {
            reply = Reply.done(explainer.explain(pool.get(), key));
        }
        return CompletableFuture.completedFuture(reply);
    }

    private static @Nullable SessionKey key(HomingConfig config, String pool, SessionQuery session) {
        if (session instanceof SessionQuery.ByHash byHash) {
            return byHash.key();
        }
        boolean byCredential = config.pools().stream()
                .filter(one -> one.name().equals(pool))
                .anyMatch(one -> one.settings().affinity().identity().scope() == Affinity.Scope.AUTHORIZATION);
        return byCredential
                ? null
                : SipHash.ofSeed(config.defaults().affinity().table().seed().value())
                        .key(pool, ((SessionQuery.ById) session).value());
    }

    @Override
    public CompletionStage<Reply<HandedTable>> beginTakeover() {
        return succession.begin();
    }

    @Override
    public CompletionStage<Reply<HandedTable>> finishTakeover() {
        return succession.finish();
    }

    @Override
    public HomingConfig config() {
        return core.generation().config();
    }

    @Override
    public CompletionStage<List<String>> reload() {
        // Whatever the configuration is like now: who asks may have moved the file away.
        core.journal().reopen();
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
        HomingConfig next = RestartOnly.keep(config(), read);
        core.verify(next);
        return core.control().apply(next).thenApply(applied -> {
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
