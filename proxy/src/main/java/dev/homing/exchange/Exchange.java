// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.config.Timeouts;
import dev.homing.exchange.BodyFraming.Broken;
import dev.homing.health.Outcome;
import dev.homing.loop.Deadline;
import dev.homing.observe.ProxyObserver;
import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.observe.ProxyObserver.RetryReason;
import dev.homing.observe.RequestSummary;
import dev.homing.routing.Backend;
import dev.homing.upstream.LeaseListener;
import dev.homing.upstream.Leasing;
import dev.homing.upstream.UpstreamConnection;
import dev.homing.upstream.UpstreamListener;
import dev.homing.upstream.Upstreams.Wanted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.net.ConnectException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request from its head to the last byte of its answer.
 *
 * <pre>
 * CONNECTING -> SENT -> RELAYING -> OVER
 *     ^          |
 *     +----------+   sent again, by RetryPolicy
 * any of them -> OVER: failed, or the client is gone
 * </pre>
 *
 * Confined to the event loop that its client's connection and its backend's connection share.
 */
public final class Exchange implements UpstreamListener, LeaseListener {

    private enum State {
        CONNECTING,
        SENT,
        RELAYING,
        OVER
    }

    private final LoopScope scope;
    private final Generation generation;
    private final Reception reception;
    private final ClientStream client;
    private final RequestHead head;
    private final RequestBody body;
    private final RetryPolicy retry;
    private final Itinerary itinerary;
    private final Deadline deadline;
    private final long begun;
    private State state = State.CONNECTING;
    private @Nullable Leasing leasing;
    private @Nullable UpstreamConnection connection;
    private @Nullable HeldResponse held;
    private @Nullable Answer answer;
    private boolean uploadStopped;
    private boolean proceeded;

    private Exchange(
            LoopScope scope, Generation generation, Reception reception, ClientStream client, RequestHead head) {
        this.scope = scope;
        this.generation = generation;
        this.reception = reception;
        this.client = client;
        this.head = head;
        this.body = new RequestBody(
                client.alloc(),
                head.chunked(),
                reception.setup().settings().limits().peek());
        this.retry = new RetryPolicy(reception.setup().settings().upstream().retry());
        this.begun = scope.nanoTime().getAsLong();
        this.itinerary = new Itinerary(
                scope.shared(),
                reception.pool(),
                reception.match() == null ? null : reception.match().key(),
                reception.setup().settings().affinity().stickiness().idleTtl().toNanos());
        this.deadline = scope.deadlines().open(this::expired);
    }

    /**
     * Begins the exchange of a request whose head has come. What is refused is answered before this returns.
     *
     * @return null when it is over already
     */
    public static @Nullable Exchange begin(
            LoopScope scope, Generation generation, ClientStream client, RequestHead head) {
        ProxyObserver observer = scope.shared().observer();
        Reception.Outcome outcome =
                Reception.of(head, generation, scope.shared().via());
        Reception reception = outcome.received();
        if (reception == null) {
            ProxyError error = Objects.requireNonNull(outcome.refused());
            observer.rejected(error.code());
            client.error(error, List.of());
            return null;
        }
        Exchange exchange = new Exchange(scope, generation, reception, client, head);
        observer.routed(reception.pool(), exchange.itinerary.decision(), reception.keySource());
        if (exchange.itinerary.backend() == null) {
            observer.rejected("no_backend");
            exchange.giveUp(ProxyError.noBackend(reception.pool().name()));
        } else {
            exchange.lease(false);
        }
        return exchange.state == State.OVER ? null : exchange;
    }

    // ---- the client's side

    /** A part of the request's body; the buffer is released. */
    public void content(ByteBuf part) {
        if (state == State.RELAYING || state == State.OVER) {
            part.release();
            return;
        }
        long limit = reception.setup().settings().limits().body();
        if (body.received() + part.readableBytes() > limit) {
            part.release();
            refuse(ProxyError.bodyTooLarge(limit));
            return;
        }
        body.add(part);
        if (state == State.SENT) {
            await();
        }
        pace();
    }

    /** The request's body is complete. */
    public void contentEnd() {
        body.end();
        if (state == State.SENT) {
            await();
        }
    }

    /** The request's body broke its framing, or its limits: it will never be complete. */
    public void contentBroken(ProxyError error) {
        refuse(error);
    }

    /** No more of the body is at hand: what was sent on may be flushed. */
    public void contentFlush() {
        if (connection != null) {
            connection.flush();
        }
    }

    /** Whether the client takes more of the answer without it piling up. */
    public void clientWritable(boolean writable) {
        if (state == State.RELAYING && connection != null) {
            connection.read(writable);
            deadline.in(timeouts().upstream().streamIdle());
        }
    }

    /** The client is gone: the backend is let go of at once, because that is what stops its work. */
    public void clientGone() {
        if (state == State.OVER) {
            return;
        }
        AbortPhase phase = switch (state) {
            case CONNECTING -> AbortPhase.QUEUE;
            case SENT -> AbortPhase.PREFILL;
            case RELAYING, OVER -> answer != null && answer.streaming() ? AbortPhase.STREAM : AbortPhase.PREFILL;
        };
        scope.shared().observer().clientAborted(reception.pool(), phase);
        letGo();
        finish(answer == null ? 0 : answer.status(), true);
    }

    // ---- the lease

    private void lease(boolean fresh) {
        Backend backend = backend();
        state = State.CONNECTING;
        deadline.in(timeouts().upstream().connect());
        Wanted wanted = new Wanted(
                reception.pool(),
                backend,
                generation.endpoint(backend.slot()),
                timeouts().upstream().idle(),
                fresh || tooLargeToRepeat(),
                this);
        Leasing begunLeasing = scope.upstreams().lease(wanted, this);
        if (state == State.CONNECTING && connection == null) {
            leasing = begunLeasing;
        }
    }

    /** A body that cannot be kept whole must not meet a connection that the backend may have closed. */
    private boolean tooLargeToRepeat() {
        int peek = reception.setup().settings().limits().peek();
        return head.chunked()
                ? !body.complete() || body.received() > peek
                : HttpUtil.getContentLength(head.request(), 0L) > peek;
    }

    @Override
    public void leased(UpstreamConnection leased) {
        leasing = null;
        connection = leased;
        state = State.SENT;
        leased.write(head.encode(client.alloc(), generation.endpoint(backend().slot()), rules()));
        body.sendTo(leased);
        leased.flush();
        await();
        pace();
    }

    private RequestHead.Rules rules() {
        var upstream = reception.setup().settings().upstream();
        return new RequestHead.Rules(
                generation.config().edge().trustedProxies(),
                reception.setup().stripped(),
                upstream.authorization() == null
                        ? null
                        : upstream.authorization().value(),
                scope.shared().via());
    }

    @Override
    public void leaseFailed(Throwable cause) {
        leasing = null;
        String what = cause instanceof ConnectException ? "connection refused" : "no connection: " + cause.getMessage();
        fail(Failure.CONNECT, what);
    }

    // ---- the backend's side

    @Override
    public void head(HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            broken("answer is not HTTP: " + response.decoderResult().cause().getMessage());
            return;
        }
        int status = response.status().code();
        if (status < 100 || status > 599 || response.protocolVersion().majorVersion() != 1) {
            broken("answer begins with " + response.protocolVersion() + " " + status);
        } else if (status == 101) {
            broken("switched protocols unasked");
        } else if (status < 200) {
            interim(status);
        } else {
            begin(response, status);
        }
    }

    private void interim(int status) {
        if (status == 100 && expectsContinue() && !proceeded) {
            proceeded = true;
            client.proceed();
            await();
        }
    }

    private void begin(HttpResponse response, int status) {
        boolean toHead = head.request().method().equals(HttpMethod.HEAD);
        try {
            if (status == 503) {
                held = new HeldResponse(response, toHead);
                decideHeld();
            } else {
                relay(response, BodyFraming.of(response, toHead));
            }
        } catch (Broken e) {
            broken(e.getMessage());
        }
    }

    private void decideHeld() {
        HeldResponse response = held;
        if (response == null || !response.decided()) {
            return;
        }
        held = null;
        if (response.loading()) {
            response.release();
            drop();
            fail(Failure.LOADING, "loading its model");
            return;
        }
        relay(response.head(), response.framing());
        for (ByteBuf part = response.poll(); part != null; part = response.poll()) {
            bytes(part);
        }
    }

    private void relay(HttpResponse response, BodyFraming framing) {
        state = State.RELAYING;
        uploadStopped = !body.complete();
        body.detach();
        body.forget();
        int status = response.status().code();
        switch (status) {
            case 429, 503 -> report(Outcome.BACK_PRESSURE);
            case 502, 504 -> report(Outcome.BAD_GATEWAY);
            default -> {}
        }
        Answer relayed = new Answer(
                client, head, response, framing, generation.config().telemetry().metering());
        answer = relayed;
        client.head(relayed.head(scope.shared().via(), told()));
        if (uploadStopped) {
            // The upload is stopped: what still comes is dropped, so that the client can be told.
            client.read(true);
        }
        deadline.in(timeouts().upstream().streamIdle());
        if (relayed.relay().complete()) {
            complete();
        }
    }

    @Override
    public void bytes(ByteBuf wire) {
        long now = scope.deadlines().coarseNanos();
        if (state == State.SENT && held != null) {
            try {
                held.add(wire);
                decideHeld();
            } catch (Broken e) {
                broken(e.getMessage());
            }
            return;
        }
        Answer relayed = answer;
        if (state != State.RELAYING || relayed == null) {
            wire.release();
            return;
        }
        itinerary.load().delivered(now);
        deadline.in(timeouts().upstream().streamIdle());
        try {
            relayed.relay(wire, scope.nanoTime());
        } catch (Broken e) {
            cut(Outcome.RESET);
            return;
        }
        if (relayed.relay().complete()) {
            complete();
        } else if (!client.writable() && connection != null) {
            connection.read(false);
        }
    }

    @Override
    public void readComplete() {
        if (state == State.RELAYING) {
            client.flush();
        }
    }

    @Override
    public void writable(boolean writable) {
        if (state == State.SENT) {
            await();
        }
        pace();
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        UpstreamConnection was = connection;
        connection = null;
        if (state == State.SENT && held != null && cause == null && held.end()) {
            decideHeld();
            if (state == State.RELAYING) {
                ended(cause);
            }
        } else if (state == State.SENT && was != null) {
            boolean stale = was.reused() && !was.heard();
            fail(stale ? Failure.STALE : Failure.BROKEN, "closed the connection before it answered");
        } else if (state == State.RELAYING) {
            ended(cause);
        }
    }

    /** The backend ended the connection in the middle of the answer, or at its end where that is what ends it. */
    private void ended(@Nullable Throwable cause) {
        if (answer != null && answer.relay().untilClose() && cause == null) {
            answer.relay().close();
            complete();
        } else {
            cut(Outcome.RESET);
        }
    }

    // ---- how it goes on, and ends

    private void complete() {
        UpstreamConnection leased = connection;
        connection = null;
        if (leased != null && answer != null) {
            if (!uploadStopped && answer.connectionStays()) {
                leased.release();
            } else {
                leased.close();
            }
        }
        int status = answer == null ? 0 : answer.status();
        finish(status, false);
        client.end();
    }

    /** What came was no response: the connection is not used again. */
    private void broken(@Nullable String what) {
        drop();
        fail(Failure.BROKEN, what == null ? "broken answer" : what);
    }

    private void fail(Failure failure, String detail) {
        if (held != null) {
            held.release();
            held = null;
        }
        if (failure.outcome() != null) {
            report(failure.outcome());
        }
        body.detach();
        String backend = backend().id();
        switch (retry.after(failure, body.repeatable())) {
            case REFRESH -> {
                observeRetry(RetryReason.STALE);
                lease(true);
            }
            case OTHER -> {
                if (itinerary.another()) {
                    observeRetry(reason(failure));
                    lease(false);
                } else {
                    giveUp(failure.error(backend, detail));
                }
            }
            case GIVE_UP -> giveUp(failure.error(backend, detail));
        }
    }

    private void observeRetry(RetryReason reason) {
        scope.shared().observer().retried(reception.pool(), reason);
    }

    private static RetryReason reason(Failure failure) {
        return switch (failure) {
            case CONNECT, CONNECT_TIMEOUT -> RetryReason.CONNECT;
            case LOADING -> RetryReason.LOADING;
            case STALE -> RetryReason.STALE;
            case BROKEN, SILENT -> RetryReason.UNANSWERED;
        };
    }

    private void expired() {
        switch (state) {
            case CONNECTING -> {
                if (leasing != null) {
                    leasing.cancel();
                    leasing = null;
                }
                fail(
                        Failure.CONNECT_TIMEOUT,
                        "no connection within " + timeouts().upstream().connect());
            }
            case SENT -> {
                if (clientsTurn()) {
                    refuse(ProxyError.clientTimeout(
                            "request body: silence for " + timeouts().client().requestBody()));
                } else {
                    drop();
                    fail(
                            Failure.SILENT,
                            "no answer within " + timeouts().upstream().responseHead());
                }
            }
            case RELAYING -> {
                if (client.writable()) {
                    cut(Outcome.TIMEOUT);
                } else {
                    letGo();
                    finish(answer == null ? 0 : answer.status(), true);
                    client.cut();
                }
            }
            case OVER -> {}
        }
    }

    /** The client broke a rule in the middle of its request. */
    private void refuse(ProxyError error) {
        if (state == State.OVER) {
            return;
        }
        scope.shared().observer().rejected(error.code());
        boolean begunAnswer = state == State.RELAYING;
        letGo();
        if (begunAnswer) {
            finish(answer == null ? 0 : answer.status(), false);
            client.cut();
        } else {
            giveUp(error);
        }
    }

    private void giveUp(ProxyError error) {
        finish(error.status(), false);
        client.error(error, told());
    }

    private void cut(Outcome outcome) {
        report(outcome);
        letGo();
        finish(answer == null ? 0 : answer.status(), false);
        client.cut();
    }

    private void letGo() {
        if (leasing != null) {
            leasing.cancel();
            leasing = null;
        }
        drop();
    }

    private void drop() {
        UpstreamConnection leased = connection;
        connection = null;
        if (leased != null) {
            leased.close();
        }
    }

    private void finish(int status, boolean clientGone) {
        state = State.OVER;
        deadline.close();
        body.forget();
        if (held != null) {
            held.release();
            held = null;
        }
        itinerary.close();
        long firstToken = answer == null ? -1 : answer.firstTokenNanos();
        RequestSummary summary = new RequestSummary(
                new RequestSummary.Route(reception.pool(), itinerary.backend(), itinerary.decision()),
                status,
                clientGone,
                new RequestSummary.Timing(
                        scope.nanoTime().getAsLong() - begun, firstToken < 0 ? -1 : firstToken - begun),
                answer == null ? Answer.NO_TOKENS : answer.tokens());
        scope.shared().observer().finished(summary);
    }

    private Backend backend() {
        Backend backend = itinerary.backend();
        if (backend == null) {
            throw new IllegalStateException("backend: none (expected: a request that was routed)");
        }
        return backend;
    }

    private Timeouts timeouts() {
        return reception.setup().settings().timeouts();
    }

    private void report(Outcome outcome) {
        scope.shared().outcomes().outcome(backend().slot(), outcome);
    }

    /** Sets the deadline for whoever has to act next. */
    private void await() {
        deadline.in(
                clientsTurn()
                        ? timeouts().client().requestBody()
                        : timeouts().upstream().responseHead());
    }

    private boolean clientsTurn() {
        boolean taken = connection == null || connection.writable();
        return !body.complete() && taken && (proceeded || !expectsContinue());
    }

    private boolean expectsContinue() {
        return head.request().headers().contains(HttpHeaderNames.EXPECT)
                && head.request().protocolVersion().minorVersion() > 0;
    }

    /** The client sends as fast as the backend takes it. */
    private void pace() {
        if (state == State.CONNECTING || state == State.SENT) {
            client.read(!body.full() && (connection == null || connection.writable()));
        }
    }

    /** What {@code response_headers} lets the client know. */
    private List<String> told() {
        if (!generation.config().edge().responseHeaders()) {
            return List.of();
        }
        String decision = itinerary.decision().label();
        Backend backend = itinerary.backend();
        return backend == null
                ? List.of("X-Homing-Decision", decision)
                : List.of("X-Homing-Backend", backend.id(), "X-Homing-Decision", decision);
    }
}
