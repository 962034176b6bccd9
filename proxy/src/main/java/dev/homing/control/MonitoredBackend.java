// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.Affinity;
import dev.homing.config.BackendConfig;
import dev.homing.config.PoolSettings;
import dev.homing.health.BackendTarget;
import dev.homing.health.Health;
import dev.homing.health.Lives;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Mix64;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one backend: what the configuration says, what the operator wants, what probes and requests have shown. It only keeps;
 * {@link Backends} decides. Confined to the control thread.
 */
final class MonitoredBackend {

    private final int slot;
    private final String pool;
    private final long idHash;

    private BackendConfig config;
    private @Nullable InetAddress address;
    private PoolSettings settings;
    private BackendState state;

    /** Whether it is no longer among the replicas of its name. */
    private boolean leaving;

    private String wish;
    private Health health = Health.unknown();
    private Lives lives = Lives.unknown();
    private SlotLimit limit = SlotLimit.UNKNOWN;
    private String seen = "not probed yet";
    private long sinceEpochMillis;

    MonitoredBackend(Placed placed, PoolSettings settings, long epochMillis) {
        this.slot = placed.slot();
        this.pool = placed.pool();
        this.config = placed.backend();
        this.address = placed.address();
        this.idHash = Mix64.hashId(config.id());
        this.settings = settings;
        this.state = stateOf(config);
        this.wish = configured(state);
        this.sinceEpochMillis = epochMillis;
    }

    int slot() {
        return slot;
    }

    String pool() {
        return pool;
    }

    String id() {
        return config.id();
    }

    BackendConfig config() {
        return config;
    }

    /** Whether it is one of the replicas of a name. */
    boolean isReplica() {
        return address != null;
    }

    /** Whether it is a name of which no replica is known. */
    boolean isAwaited() {
        return config.name() != null;
    }

    /** What its probes ask for. */
    BackendTarget target() {
        return BackendTarget.of(config, address, settings);
    }

    PoolSettings settings() {
        return settings;
    }

    /** What the operator wants of it, but that nothing new is placed on one that leaves. */
    BackendState state() {
        return leaving && state == BackendState.READY ? BackendState.DRAIN : state;
    }

    boolean leaving() {
        return leaving;
    }

    void leaving(boolean now) {
        leaving = now;
    }

    Health health() {
        return health;
    }

    Lives lives() {
        return lives;
    }

    void live(Lives next) {
        lives = next;
    }

    /** Whether it matters when its process was started, and is not known. */
    boolean startTimeWanted() {
        return lives.isQuestion() && settings.affinity().stickiness().onReturn() == Affinity.OnReturn.HOME;
    }

    Health.Rules rules() {
        var limits = settings.health();
        return new Health.Rules(
                limits.fall(), limits.rise(), limits.passive().ejectFor().toNanos());
    }

    Standing standing() {
        if (state == BackendState.OFF || state == BackendState.DRAINED) {
            return Standing.OFF;
        }
        if (!health.healthy()) {
            return Standing.DOWN;
        }
        return state() == BackendState.DRAIN ? Standing.DRAIN : Standing.UP;
    }

    /** As the router sees it. */
    Backend routed() {
        return new Backend(
                slot, config.id(), idHash, config.weight(), state(), health.healthy(), lives.life(), maxInflight());
    }

    /** Requests that it takes at once, 0 = no limit. */
    private int maxInflight() {
        return config.maxInflight() == BackendConfig.AUTO ? limit.slots() : config.maxInflight();
    }

    /** What its engine has told of its slots. */
    SlotLimit limit() {
        return limit;
    }

    void limit(SlotLimit next) {
        limit = next;
    }

    /** Whether it matters how many slots its engine has, and is not known for sure. */
    boolean slotsWanted() {
        return config.maxInflight() == BackendConfig.AUTO && !limit.current();
    }

    /** As operators see it. */
    BackendView view() {
        return new BackendView(
                pool,
                config.id(),
                url(),
                state(),
                health.healthy(),
                sinceEpochMillis,
                reason(),
                config.weight(),
                maxInflight(),
                slot);
    }

    private URI url() {
        return address == null ? config.url() : Replicas.url(config.url(), text(address), target().port());
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        return text.indexOf(':') < 0 ? text : "[" + text + "]";
    }

    private String reason() {
        String why = wish.isEmpty() && leaving ? "left its name" : wish;
        return why.isEmpty() ? seen : because(why);
    }

    /** An operator's reason, and what else keeps the backend out. */
    String because(String why) {
        return health.healthy() ? why : why + "; " + seen;
    }

    /** The same backend in another configuration, or at another address; what is wanted of it stays. */
    void configure(BackendConfig next, @Nullable InetAddress nextAddress, PoolSettings nextSettings) {
        BackendTarget.Where before = target().where();
        settings = nextSettings;
        config = next;
        address = nextAddress;
        if (!target().where().equals(before)) {
            health = health.moved(rules());
            seen = "not probed yet at " + url();
            lives = lives.on(Lives.Sign.GONE); // another address is another process
            limit = limit.doubted();
        }
    }

    /** What the file wants of it. */
    void wantAsGiven() {
        want(stateOf(config), configured(stateOf(config)));
    }

    /**
     * The operator wants it so.
     *
     * @param why for people; empty when the state needs no reason
     */
    void want(BackendState wanted, String why) {
        state = wanted;
        wish = why;
    }

    void become(Health next) {
        if (health.healthy() && !next.healthy()) {
            limit = limit.doubted();
        }
        health = next;
    }

    /**
     * What the latest probe or request showed that counts.
     *
     * @param what for people
     */
    void saw(String what) {
        seen = what;
    }

    void since(long epochMillis) {
        sinceEpochMillis = epochMillis;
    }

    private static BackendState stateOf(BackendConfig config) {
        return switch (config.state()) {
            case READY -> BackendState.READY;
            case DRAIN -> BackendState.DRAIN;
            case OFF -> BackendState.OFF;
        };
    }

    private static String configured(BackendState state) {
        return state == BackendState.READY ? "" : "state: " + state.name().toLowerCase(Locale.ROOT);
    }
}
