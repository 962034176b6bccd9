// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.homing.admission.Admission;
import dev.homing.admission.Waiter;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.SessionRouter;
import dev.homing.affinity.SessionTable;
import dev.homing.exchange.Generation;
import dev.homing.exchange.LoopScope;
import dev.homing.exchange.Shared;
import dev.homing.frontend.Door;
import dev.homing.frontend.Frontend;
import dev.homing.health.Outcome;
import dev.homing.loop.Deadlines;
import dev.homing.loop.Transport;
import dev.homing.upstream.Connector;
import dev.homing.upstream.Upstreams;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole data plane over real sockets, with a routing table that stands still. Closing it checks that nothing is left: no request in
 * flight, no connection counted, no line in the log that an operator would have to act on.
 */
public final class PlaneUnderTest implements AutoCloseable {

    /** What the table of sessions holds at most. */
    static final int MAX_SESSIONS = 1000;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Transport transport;
    private final RecordingObserver observer = new RecordingObserver();
    private final Admission admission = new Admission(System::nanoTime);
    private final SessionTable sessions = new SessionTable(MAX_SESSIONS, System::nanoTime);
    private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    private final Map<EventLoop, LoopScope> scopes = new ConcurrentHashMap<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Frontend frontend;
    private final int backends;
    private final InetSocketAddress address;
    private volatile Generation generation;

    /** Written by the test, run by the loop that accepts. */
    private volatile Runnable accepting = () -> {};

    private PlaneUnderTest(Transport transport, Generation generation, int maxConnections, Door door) {
        this.transport = transport;
        publish(generation);
        this.backends = generation.endpoints().size();
        LongSupplier clock = System::nanoTime;
        Shared shared = new Shared(
                new SessionRouter(
                        sessions,
                        slot -> admission.of(slot).pendingTokens(),
                        pool -> admission.queue(pool.index()).full()),
                new PendingWork((slot, tokens) -> admission.of(slot).addPending(tokens)),
                admission,
                observer,
                (slot, outcome) -> outcomes.add(outcome),
                Configs.VIA);
        Connector connector = new Connector(transport, DefaultAddressResolverGroup.INSTANCE);
        this.frontend = new Frontend(
                transport,
                loop -> {
                    accepting.run();
                    return scopes.computeIfAbsent(loop, l -> {
                        Deadlines deadlines = new Deadlines(l, clock);
                        return new LoopScope(
                                l,
                                deadlines,
                                new Upstreams(l, connector, deadlines, observer, clock),
                                clock,
                                observer.traces(),
                                shared);
                    });
                },
                () -> this.generation,
                maxConnections);
        log.start();
        root().addAppender(log);
        this.address = (InetSocketAddress)
                frontend.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), door, false)
                        .syncUninterruptibly()
                        .channel()
                        .localAddress();
    }

    /** One event loop, so that the reuse of connections can be told beforehand. */
    public static PlaneUnderTest open(Io io, Generation generation) {
        return open(io, generation, Door.PLAIN);
    }

    /** Clients come in through that door. */
    public static PlaneUnderTest open(Io io, Generation generation, Door door) {
        return new PlaneUnderTest(io.open(1), generation, Integer.MAX_VALUE, door);
    }

    public static PlaneUnderTest open(Io io, Generation generation, int maxConnections) {
        return new PlaneUnderTest(io.open(1), generation, maxConnections, Door.PLAIN);
    }

    /** Several event loops, for what happens at once. */
    public static PlaneUnderTest openWithLoops(Io io, Generation generation, int loops) {
        return new PlaneUnderTest(io.open(loops), generation, Integer.MAX_VALUE, Door.PLAIN);
    }

    /** Kernel buffers towards both sides as small as they get, so that what a slow side does not take stays here. */
    public static PlaneUnderTest openWithSmallBuffers(Io io, Generation generation) {
        Transport transport = io.open(1);
        Map<ChannelOption<?>, Object> options = new HashMap<>(transport.options());
        options.put(ChannelOption.SO_SNDBUF, 4096);
        return new PlaneUnderTest(
                new Transport(transport.name(), transport.loops(), transport.channels(), options, transport.quickAck()),
                generation,
                Integer.MAX_VALUE,
                Door.PLAIN);
    }

    public RawClient client() throws IOException {
        return RawClient.to(address);
    }

    public InetSocketAddress address() {
        return address;
    }

    public RecordingObserver observer() {
        return observer;
    }

    public List<Outcome> outcomes() {
        return outcomes;
    }

    /** What was logged so far, as far as the levels let it through. */
    public List<String> logged() {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    public Frontend frontend() {
        return frontend;
    }

    public SessionTable sessions() {
        return sessions;
    }

    /** Requests that are meant for that backend now. */
    public int inflight(int slot) {
        return admission.of(slot).inflight();
    }

    /** Prompt tokens, estimated, that that backend has still to read. */
    public long pendingTokens(int slot) {
        return admission.of(slot).pendingTokens();
    }

    /** Replaces what the next request reads. */
    public void publish(Generation next) {
        admission.publish(next.table(), () -> generation = next);
    }

    /** Has {@code next} happen whenever a connection was accepted and nobody looks after it yet. */
    public void whileAccepting(Runnable next) {
        accepting = next;
    }

    /** What all loops share. */
    public Admission admission() {
        return admission;
    }

    /** Does that on the event loop, in one go: what it causes there happens after it. */
    public void onLoop(Runnable task) {
        transport.loops().next().submit(task).syncUninterruptibly();
    }

    /** Requests that wait for a backend: that one, or any by {@code Waiter.ANY}. */
    public int waiting(int slot) {
        return slot == Waiter.ANY ? admission.waitingForAny(0) : admission.waitingFor(slot);
    }

    /** Waits until no request is under way, nor waits. */
    public void awaitQuiet() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(observer.finished()).as("requests that ended").hasSameSizeAs(observer.routed());
            for (int slot = 0; slot < backends; slot++) {
                assertThat(inflight(slot)).as("inflight of backend %d", slot).isZero();
                assertThat(pendingTokens(slot))
                        .as("pending tokens of backend %d", slot)
                        .isZero();
                assertThat(waiting(slot)).as("waiting for backend %d", slot).isZero();
            }
            assertThat(waiting(Waiter.ANY)).as("waiting for any").isZero();
        });
    }

    @Override
    public void close() {
        try {
            awaitQuiet();
            frontend.close().awaitUninterruptibly(PATIENCE.toMillis());
            scopes.forEach((loop, scope) -> loop.execute(() -> scope.upstreams().retire()));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(observer.gauges().values())
                            .as("connections: %s", observer.gauges())
                            .allMatch(count -> count.get() == 0));
            assertThat(log.list).as("log").noneMatch(line -> line.getLevel().isGreaterOrEqual(Level.WARN));
        } finally {
            root().detachAppender(log);
            transport.loops().shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(PATIENCE.toMillis());
        }
    }

    private static ch.qos.logback.classic.Logger root() {
        return (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    }
}
