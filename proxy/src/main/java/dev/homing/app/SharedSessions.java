// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.affinity.Fleet;
import dev.homing.affinity.FleetObserver;
import dev.homing.affinity.SessionTable;
import dev.homing.affinity.redis.RedisTable;
import dev.homing.config.Affinity;
import dev.homing.config.ShareAddress;
import dev.homing.observe.ProxyMeters;
import dev.homing.routing.Router;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions that this proxy shares with others of its fleet: the shared table, and what keeps this proxy's own in step with it. */
final class SharedSessions implements FleetObserver {

    /** How long a start waits for the shared table: a proxy that comes back had better know its sessions before it serves. */
    private static final Duration FIRST_WORD = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(SharedSessions.class);

    private final String where;
    private final RedisTable table;
    private final ProxyMeters meters;
    private final Fleet fleet;
    private final CountDownLatch firstWord = new CountDownLatch(1);

    /** What this proxy has pending. Written before the first tick. */
    private Router.PendingTokens own = Router.PendingTokens.NONE;

    /** Null before the start. Belongs to whoever starts and stops the proxy. */
    private @Nullable ScheduledFuture<?> ticking;

    private SharedSessions(
            String where,
            String name,
            RedisTable table,
            SessionTable sessions,
            Supplier<RoutingTable> backends,
            ProxyMeters meters) {
        this.where = where;
        this.table = table;
        this.meters = meters;
        this.fleet = new Fleet(name, sessions, table, backends, System::nanoTime, this);
        table.listener(fleet);
        meters.share(fleet::isUp);
    }

    /**
     * Of a table that has a share. Nothing is connected yet.
     *
     * @throws IllegalArgumentException when its certificates cannot be used
     */
    static SharedSessions open(
            Affinity.Table table, SessionTable sessions, Supplier<RoutingTable> backends, ProxyMeters meters) {
        ShareAddress share = Objects.requireNonNull(table.share());
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        String name = HexFormat.of().formatHex(random);
        long fingerprint = SipHash.ofSeed(table.seed().value()).fingerprint();
        return new SharedSessions(
                share.shown(),
                name,
                new RedisTable(ShareUris.place(share), fingerprint, name),
                sessions,
                backends,
                meters);
    }

    Fleet fleet() {
        return fleet;
    }

    /**
     * Keeps in step from now on, on that thread, and tells the others what this proxy has {@code pending}; returns when the shared table has answered or failed for the first time, or a second is over.
     */
    void keep(ScheduledExecutorService thread, Router.PendingTokens pending) {
        own = pending;
        ticking = thread.scheduleAtFixedRate(this::tick, 0, Fleet.TICK_NANOS, TimeUnit.NANOSECONDS);
        try {
            boolean soon = firstWord.await(FIRST_WORD.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("share {}: {}", where, soon ? "has answered" : "no answer yet");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        try {
            fleet.tick();
            fleet.tell(own);
        } catch (RuntimeException e) {
            LOG.error("a bug in what keeps the fleet's table in step; it goes on", e);
        }
    }

    @Override
    public void asked(Operation operation, Result result) {
        meters.shareAsked(operation.label(), result.label());
    }

    @Override
    public void up() {
        LOG.info("share {}: sessions are shared", where);
        firstWord.countDown();
    }

    @Override
    public void away(String reason) {
        LOG.warn(
                "share {}: away, will be tried again: {}; sessions stay where they are, new ones go where each proxy places them",
                where,
                reason);
        firstWord.countDown();
    }

    /** Has nothing more asked, so that nobody is warned of a table that was left. */
    void close() {
        if (ticking != null) {
            ticking.cancel(false);
        }
        table.close();
    }
}
