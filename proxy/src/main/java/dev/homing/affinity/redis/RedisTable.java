// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import dev.homing.affinity.SharedTable;
import dev.homing.routing.SessionKey;
import io.lettuce.core.RedisException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shared table in a Redis or Valkey: a key for each session, and a channel that tells what changes. It connects when it is first asked for a sign of life;
 * a connection that breaks is made again by the driver, one that is no use any more by this.
 */
public final class RedisTable implements SharedTable, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RedisTable.class);

    /** How long a question may take that a request waits for. Redis answers in well under a millisecond, the network between two zones in two. */
    static final Duration PATIENCE = Duration.ofMillis(100);

    /** How long one may take that only an operator waits for, or nobody. */
    private static final Duration LONG_PATIENCE = Duration.ofSeconds(1);

    /** Signs of life that failed, one after the other, before new connections are tried: the address may stand for another server by now. */
    static final int REDIAL_AFTER = 10;

    private final Driver driver;
    private final Names names;
    private final String mark;

    /** Set before the first connection is made, by whoever put things together. */
    private volatile @Nullable Listener listener;

    /** Null until there were connections. Written by the driver's thread. */
    private volatile @Nullable Connected connections;

    /** Whether connections are being made. Written by whoever asks for a sign of life, taken back by the driver's thread. */
    private final AtomicBoolean connecting = new AtomicBoolean();

    private final AtomicInteger beats = new AtomicInteger();
    private final AtomicInteger failedBeats = new AtomicInteger();

    /** Written by whoever closes it. */
    private volatile boolean closed;

    /**
     * @param fingerprint of the seed that sessions are hashed with
     * @param mark random: what the marks begin with that an empty table is given
     * @throws IllegalArgumentException when what the place needs cannot be used
     */
    public RedisTable(RedisPlace place, long fingerprint, String mark) {
        this.driver = new Driver(place);
        this.names = new Names(fingerprint);
        this.mark = mark;
    }

    /** Has {@code next} told from the first connection on. */
    public void listener(Listener next) {
        listener = next;
    }

    @Override
    public void bind(Wish wish, Consumer<Said> then) {
        SessionKey session = wish.session();
        List<String> arguments = new ArrayList<>(
                List.of(wish.wanted().text(), String.valueOf(wish.ttlMillis()), names.channel(), session.hex()));
        arguments.addAll(wish.expected());
        Duration patience = wish.awaited() ? PATIENCE : LONG_PATIENCE;
        ask(then, new Question(patience, Scripts.BIND, names.key(session), arguments));
    }

    @Override
    public void forget(SessionKey session, @Nullable String pool, Consumer<Said> then) {
        String prefix = pool == null ? "" : pool + ' ';
        List<String> arguments = List.of(names.channel(), session.hex(), prefix);
        ask(then, new Question(LONG_PATIENCE, Scripts.FORGET, names.key(session), arguments));
    }

    private void ask(Consumer<Said> then, Question question) {
        Connected made = connections;
        if (made == null || closed) {
            then.accept(Said.nothing(Faults.NOT_CONNECTED));
        } else {
            made.ask(question).thenAccept(then);
        }
    }

    /** Dropped when there is nobody, like every message that nobody listens to. */
    @Override
    public void passOn(String news) {
        Connected made = connections;
        if (made != null && !closed) {
            try {
                made.publish(names.pending(), news);
            } catch (RedisException e) {
                LOG.debug("not passed on: {}", e.getMessage());
            }
        }
    }

    @Override
    public void beat(Consumer<Pulse> then) {
        Connected made = connections;
        if (made == null || closed) {
            connect(then);
        } else {
            beat(made, then);
        }
    }

    private void beat(Connected made, Consumer<Pulse> then) {
        String offered = mark + '-' + beats.incrementAndGet(); // never the one that was lost
        made.beat(names, offered)
                .thenCombine(made.hears(), (pulse, hears) -> {
                    if (pulse.fault() == null && hears) {
                        failedBeats.set(0);
                    } else if (failedBeats.incrementAndGet() >= REDIAL_AFTER) {
                        redial(made);
                    }
                    return pulse;
                })
                .thenAccept(then);
    }

    private void redial(Connected useless) {
        failedBeats.set(0);
        connections = null;
        useless.close();
    }

    private void connect(Consumer<Pulse> then) {
        if (closed || !connecting.compareAndSet(false, true)) {
            then.accept(new Pulse("", Faults.NOT_CONNECTED));
            return;
        }
        driver.connect().thenCompose(this::subscribe).whenComplete((made, failure) -> {
            connecting.set(false);
            if (failure == null) {
                connections = made;
                beat(made, then);
            } else {
                then.accept(new Pulse("", Faults.of(failure)));
            }
        });
    }

    /** Nothing is asked before what others do is heard. */
    private CompletionStage<Connected> subscribe(Connected made) {
        made.telling().addListener(new Told());
        return made.telling()
                .async()
                .subscribe(names.channel(), names.pending())
                .handle((nothing, failure) -> {
                    if (failure != null) {
                        made.close();
                        throw new CompletionException(failure);
                    }
                    return made;
                });
    }

    @Override
    public void close() {
        closed = true;
        driver.close();
    }

    /** What the second connection brings; by one thread at a time. */
    private final class Told extends RedisPubSubAdapter<String, String> {

        @Override
        public void message(String channel, String message) {
            Listener told = listener;
            if (told != null && channel.equals(names.channel())) {
                Names.tell(message, told);
            } else if (told != null) {
                told.passedOn(message);
            }
        }

        /** The first time, and after each time that the connection was made again: whatever was said between is lost. */
        @Override
        public void subscribed(String channel, long count) {
            Listener told = listener;
            if (told != null && channel.equals(names.channel())) {
                told.missed();
            }
        }
    }
}
