// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.BackendConfig;
import dev.homing.config.Dns;
import dev.homing.config.DnsName;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One name that stands for several replicas, asked for again and again. What the last good answers said stands until another good one comes.
 * Confined to the control thread.
 */
final class NameWatch {

    /** The least time between two look-ups, whatever TTL an answer has. */
    static final Duration LEAST = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(NameWatch.class);

    private final ControlThread thread;
    private final Names names;
    private final BackendKey key;
    private final Listener listener;

    private BackendConfig backend;
    private Dns rules;
    private Membership membership = Membership.NONE;
    private boolean answered;
    private boolean failing;
    private boolean crowded;
    private @Nullable Future<?> next;

    /** Which look-up is the valid one: answers to those of an earlier name are dropped. */
    private int epoch;

    NameWatch(ControlThread thread, Names names, BackendKey key, Listener listener, BackendConfig backend, Dns rules) {
        this.thread = thread;
        this.names = names;
        this.key = key;
        this.listener = listener;
        this.backend = backend;
        this.rules = rules;
    }

    /** Told of what becomes of names. */
    interface Listener {

        /** A name was looked up. */
        void looked(BackendKey name, boolean found);

        /** Other replicas than before, or the first answer. */
        void changed();

        /** No replica of the name is known, for that reason. */
        void unknown(BackendKey name, String reason);

        /** Whether a replica that has left, by its id, has nothing left to do, or cannot do it. */
        boolean isSpent(BackendKey replica);
    }

    /** Whether it was ever answered, in whatever way. */
    boolean answered() {
        return answered;
    }

    /** Asks for the first time. */
    void start() {
        ask();
    }

    /** The same backend in another configuration. */
    void configure(BackendConfig wanted, Dns wantedRules) {
        boolean other = !name().equals(wanted.name());
        boolean sooner = !wantedRules.equals(rules);
        backend = wanted;
        rules = wantedRules;
        if (other) {
            membership = membership.doubted();
        }
        if (other || sooner) {
            stop();
            ask();
        }
    }

    void stop() {
        assert thread.inside();
        epoch++;
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }

    /** Its replicas, by label; a single one that is awaited when there are none. */
    List<Seat> seats() {
        return membership.members().isEmpty()
                ? List.of(new Seat(backend, null, Seat.Presence.AWAITED))
                : membership.members().stream()
                        .map(member -> Replicas.seat(backend, name(), member))
                        .toList();
    }

    private DnsName name() {
        return Objects.requireNonNull(backend.name());
    }

    private void ask() {
        next = null;
        int asked = epoch;
        names.ask(name(), rules.servers())
                .whenComplete((answer, never) -> thread.execute(() -> {
                    if (asked == epoch) {
                        told(answer);
                    }
                }));
    }

    private void told(Names.Answer answer) {
        boolean first = !answered;
        answered = true;
        List<Seat> before = seats();
        Duration wait = rules.refresh();
        listener.looked(key, answer instanceof Names.Found);
        if (answer instanceof Names.Found found) {
            membership = membership.on(found.replicas(), thread.now());
            wait = within(found.ttl());
            succeeded(found.replicas().size());
        }
        membership = membership.without(done());
        if (!seats().equals(before) || first) {
            listener.changed();
        }
        if (answer instanceof Names.Nothing nothing) {
            failed(nothing.reason());
        }
        next = thread.at(thread.now() + wait.toNanos(), this::ask);
    }

    private Predicate<Membership.Member> done() {
        long latest = thread.now() - rules.drain().toNanos();
        return member -> member.leftNanos() - latest <= 0
                || listener.isSpent(new BackendKey(key.pool(), Replicas.id(backend, member.replica())));
    }

    private Duration within(Duration ttl) {
        Duration least = LEAST.compareTo(rules.refresh()) < 0 ? LEAST : rules.refresh();
        return ttl.compareTo(least) < 0 ? least : ttl.compareTo(rules.refresh()) > 0 ? rules.refresh() : ttl;
    }

    private void succeeded(int replicas) {
        if (failing) {
            log.info("name {} (backend {} of pool {}) is found again", name(), key.id(), key.pool());
        }
        failing = false;
        if (replicas > Membership.MOST && !crowded) {
            log.warn(
                    "name {} (backend {} of pool {}): {} replicas (expected: at most {}); the first of them are taken",
                    name(),
                    key.id(),
                    key.pool(),
                    replicas,
                    Membership.MOST);
        }
        crowded = replicas > Membership.MOST;
    }

    private void failed(String reason) {
        if (membership.members().isEmpty()) {
            listener.unknown(key, reason); // told as what a backend is that is down
        } else if (!failing) {
            log.warn(
                    "name {} (backend {} of pool {}) is not found: {}; its {} replicas stay",
                    name(),
                    key.id(),
                    key.pool(),
                    reason,
                    membership.members().size());
        }
        failing = true;
    }
}
