// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.config.Timeouts;
import dev.homing.exchange.BodyFraming.Broken;
import dev.homing.health.Outcome;
import dev.homing.loop.Deadline;
import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.upstream.UpstreamConnection;
import dev.homing.upstream.Upstreams.Wanted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request from its head to the last byte of its answer. It is tried on one backend after the other, as {@link RetryPolicy} allows, until
 * one of them answers.
 *
 * <pre>
 * QUEUED -> CONNECTING -> SENT -> RELAYING -> OVER
 *    ^          ^          |  \-> SWITCHED -> OVER    a Tunnel stands in its place
 *    +----------+----------+   sent again, in another Attempt
 * any of them -> OVER: failed, or the client is gone
 * </pre>
 *
 * Confined to the event loop that its client's connection and its backend's connection share.
 */
final class Exchange implements ClientRequest, Approach.Owner, Attempt.Owner, Tunnel.Owner {

    /** What is told as the error of an answer, or a tunnel, that its backend broke off. */
    private static final String BROKEN = "answer_broken";

    /** The same of one in which nothing moved for too long. */
    private static final String STREAM_IDLE = "stream_idle";

    private static final String TUNNEL_IDLE = "tunnel_idle";

    private enum State {
        QUEUED,
        CONNECTING,
        SENT,
        RELAYING,
        SWITCHED,
        OVER
    }

    private final LoopScope scope;
    private final ClientStream client;
    private final RequestHead head;
    private final RequestBody body;
    private final RetryPolicy retry;
    private final Prefill prefill;
    private final Approach approach;
    private final Itinerary itinerary;
    private final Deadline deadline;
    private final Account account;
    private State state = State.CONNECTING;
    private @Nullable Attempt attempt;
    private @Nullable Answer answer;
    private @Nullable Tunnel tunnel;
    private boolean uploadStopped;

    /** Whoever begins it flushes as well, when what is at hand of the body was told: so that both go as one packet. */
    private boolean beginning = true;

    private Exchange(Call call, Reception reception, RequestBody body) {
        this.scope = call.scope();
        this.client = call.client();
        this.head = call.head();
        this.body = body;
        this.retry = new RetryPolicy(reception.setup().settings().upstream().retry());
        this.prefill = new Prefill(
                scope.shared().pending(),
                reception.pool(),
                Math.max(head.contentLength(), body.received()),
                scope.deadlines());
        this.approach = new Approach(call, reception, prefill, this);
        this.itinerary = approach.itinerary();
        this.account = new Account(call, approach);
        this.deadline = scope.deadlines().open(this::expired);
    }

    /** Begins the exchange of a request of which no more than the head has come. Null when it is over already. */
    static @Nullable Exchange begin(Call call, Reception reception) {
        int peek = reception.setup().settings().limits().peek();
        return begin(call, reception, new RequestBody(call.client().alloc(), call.head(), peek));
    }

    /**
     * Begins the exchange of a request. What is refused is answered before this returns; what is sent on is flushed by {@link #contentFlush}.
     *
     * @param body what of it has come
     * @return null when it is over already
     */
    static @Nullable Exchange begin(Call call, Reception reception, RequestBody body) {
        Exchange exchange = new Exchange(call, reception, body);
        exchange.approach.enter();
        exchange.beginning = false;
        return exchange.state == State.OVER ? null : exchange;
    }

    // ---- the client's side

    @Override
    public void content(ByteBuf part) {
        if (state == State.RELAYING || state == State.OVER) {
            part.release();
            return;
        }
        long limit = reception().setup().settings().limits().body();
        if (body.received() + part.readableBytes() > limit) {
            part.release();
            refuse(ProxyError.bodyTooLarge(limit));
            return;
        }
        body.add(part);
        prefill.passed(body.received());
        if (state == State.SENT) {
            await();
        }
        pace();
    }

    @Override
    public void contentEnd() {
        body.end();
        if (state == State.SENT) {
            await();
        }
    }

    @Override
    public void contentBroken(ProxyError error) {
        refuse(error);
    }

    @Override
    public void contentFlush() {
        if (attempt != null) {
            attempt.flush();
        }
    }

    @Override
    public void clientWritable(boolean writable) {
        if (state == State.RELAYING && attempt != null) {
            attempt.read(writable);
            deadline.in(timeouts().upstream().streamIdle());
        }
    }

    /** The backend is let go of at once, because that is what stops its work. */
    @Override
    public void clientGone() {
        if (state == State.OVER) {
            return;
        }
        AbortPhase phase = switch (state) {
            case QUEUED, CONNECTING -> AbortPhase.QUEUE;
            case SENT -> AbortPhase.PREFILL;
            case RELAYING, OVER -> answer != null && answer.streaming() ? AbortPhase.STREAM : AbortPhase.PREFILL;
            case SWITCHED -> AbortPhase.STREAM;
        };
        account.aborted(phase);
        finish(Ending.left(status()));
    }

    /** The client sends as fast as the backend takes it. */
    private void pace() {
        if (state != State.RELAYING && state != State.OVER) {
            client.read(body.wanted());
        }
    }

    /** Sets the deadline for whoever has to act next. */
    private void await() {
        deadline.in(
                body.clientsTurn()
                        ? timeouts().client().requestBody()
                        : timeouts().upstream().responseHead());
    }

    // ---- the way to a backend

    @Override
    public void admitted() {
        attempt(false);
    }

    @Override
    public void waits() {
        state = State.QUEUED;
        deadline.clear();
        pace();
    }

    @Override
    public void refused(ProxyError error) {
        reject(error);
    }

    // ---- the backend's side

    private void attempt(boolean fresh) {
        account.routed();
        state = State.CONNECTING;
        deadline.in(timeouts().upstream().connect());
        Attempt begun = new Attempt(this, head);
        attempt = begun;
        begun.begin(
                scope.upstreams(),
                listener -> new Wanted(
                        reception().pool(),
                        itinerary.destination(),
                        approach.generation().endpoint(itinerary.destination().slot()),
                        timeouts().upstream().idle(),
                        fresh || body.tooLargeToRepeat(),
                        listener));
        if (state == State.CONNECTING) {
            account.connecting();
        }
    }

    @Override
    public void connected(UpstreamConnection connection) {
        state = State.SENT;
        account.connectOver();
        connection.write(head.encode(
                client.alloc(),
                approach.generation().endpoint(itinerary.destination().slot()),
                approach.generation().rules(reception().setup(), scope.shared().via())));
        body.sendTo(connection);
        if (!beginning) {
            connection.flush();
        }
        prefill.sent();
        await();
        pace();
    }

    @Override
    public void proceed() {
        if (body.proceed()) {
            client.proceed();
            await();
        }
    }

    @Override
    public void answered(HttpResponse response, BodyFraming framing) {
        state = State.RELAYING;
        uploadStopped = !body.complete();
        body.detach();
        body.forget();
        switch (response.status().code()) {
            case 429, 503 -> report(Outcome.BACK_PRESSURE);
            case 502, 504 -> report(Outcome.BAD_GATEWAY);
            default -> {}
        }
        Answer relayed = new Answer(
                client,
                head,
                response,
                framing,
                approach.generation().config().telemetry().metering());
        answer = relayed;
        Duration ping = approach.generation().config().edge().ssePing();
        if (ping != null) {
            relayed.keepAlive(client, ping, scope.deadlines());
        }
        prefill.answered(relayed.tellsFirstToken());
        client.head(relayed.head(scope.shared().via(), told()));
        if (uploadStopped) {
            // The upload is stopped: what still comes is dropped, so that the client can be told.
            client.read(true);
        }
        deadline.in(timeouts().upstream().streamIdle());
        if (relayed.relay().complete()) {
            complete(relayed);
        }
    }

    /** There is no prompt to read, and from here on no way to tell what is said. */
    @Override
    public void switched(HttpResponse response, UpstreamConnection connection) {
        state = State.SWITCHED;
        deadline.clear();
        body.detach();
        body.forget();
        prefill.answered(false);
        Tunnel opened = new Tunnel(
                client,
                connection,
                itinerary.load(),
                scope,
                timeouts().upstream().streamIdle(),
                this);
        tunnel = opened;
        opened.open(ResponseHead.of(
                response, ResponseHead.Body.AS_DECLARED, scope.shared().via(), told()));
    }

    @Override
    public void bytes(ByteBuf wire) {
        Answer relayed = answer();
        itinerary.load().delivered(scope.deadlines().coarseNanos());
        deadline.in(timeouts().upstream().streamIdle());
        try {
            if (relayed.relay(wire, scope.nanoTime())) {
                prefill.firstToken(account.sinceBegun(relayed.firstTokenNanos()));
            }
        } catch (Broken e) {
            broken();
            return;
        }
        if (relayed.relay().complete()) {
            complete(relayed);
        } else if (!client.writable() && attempt != null) {
            attempt.read(false);
        }
    }

    @Override
    public void readComplete() {
        client.flush();
    }

    @Override
    public void writabilityChanged() {
        if (state == State.SENT) {
            await();
        }
        pace();
    }

    @Override
    public void ended(@Nullable Throwable cause) {
        Answer relayed = answer();
        if (relayed.relay().untilClose() && cause == null) {
            relayed.relay().close();
            complete(relayed);
        } else {
            broken();
        }
    }

    @Override
    public void failed(Failure failure, String detail) {
        account.connectOver();
        if (failure.outcome() != null) {
            report(failure.outcome());
        }
        body.detach();
        prefill.unsent();
        String backend = itinerary.destination().id();
        RetryPolicy.Verdict verdict = retry.after(failure, body.repeatable());
        if (verdict == RetryPolicy.Verdict.REFRESH) {
            account.retried(failure);
            attempt(true);
        } else if (verdict == RetryPolicy.Verdict.OTHER && itinerary.another()) {
            account.retried(failure);
            approach.enter();
        } else {
            ProxyError error = failure.error(backend, detail);
            if (failure.outOfTime()) {
                reject(error);
            } else {
                giveUp(error);
            }
        }
    }

    // ---- how it ends

    private void expired() {
        switch (state) {
            case CONNECTING ->
                abandon(
                        Failure.CONNECT_TIMEOUT,
                        "no connection within " + timeouts().upstream().connect());
            case SENT -> {
                if (body.clientsTurn()) {
                    refuse(ProxyError.clientTimeout(
                            "request body: silence for " + timeouts().client().requestBody()));
                } else {
                    abandon(
                            Failure.SILENT,
                            "no answer within " + timeouts().upstream().responseHead());
                }
            }
            case RELAYING -> stalled();
            case QUEUED, SWITCHED, OVER -> {}
        }
    }

    /** None of its ends says anything of the backend's health: the request was answered, and a protocol may end by a reset. */
    @Override
    public void tunnelOver(Tunnel.End how) {
        switch (how) {
            case BACKEND_ENDED -> {
                finish(Ending.whole(status()));
                client.end();
            }
            case BACKEND_BROKE -> cut(BROKEN);
            case CLIENT_LEFT -> clientGone();
            case SILENCE -> {
                String why = "both sides of its tunnel kept silent for "
                        + timeouts().upstream().streamIdle();
                scope.shared().brokeOff(head.client(), TUNNEL_IDLE, why);
                cut(TUNNEL_IDLE);
            }
        }
    }

    /** Nothing of the answer moved for too long, be it that its backend sent nothing or that its client took nothing. */
    private void stalled() {
        boolean backends = client.writable();
        String why = (backends ? "backend " + itinerary.destination().id() + " sent" : "it took")
                + " nothing of its answer for " + timeouts().upstream().streamIdle();
        scope.shared().brokeOff(head.client(), STREAM_IDLE, why);
        if (backends) {
            report(Outcome.TIMEOUT);
            cut(STREAM_IDLE);
        } else {
            finish(Ending.left(status()));
            client.cut();
        }
    }

    private void abandon(Failure failure, String detail) {
        if (attempt != null) {
            attempt.abandon();
        }
        failed(failure, detail);
    }

    /** The client broke a rule in the middle of its request. */
    private void refuse(ProxyError error) {
        if (state == State.RELAYING) {
            scope.shared().brokeOff(head.client(), error.code(), error.message());
            finish(Ending.failed(status(), error.code()));
            client.cut();
        } else if (state != State.OVER) {
            reject(error);
        }
    }

    /** homing itself does not take it. */
    private void reject(ProxyError error) {
        scope.shared().refused(head.client(), error);
        giveUp(error);
    }

    private void giveUp(ProxyError error) {
        finish(Ending.failed(error.status(), error.code()));
        client.error(error, told());
    }

    /** The backend broke it off. */
    private void broken() {
        report(Outcome.RESET);
        cut(BROKEN);
    }

    private void cut(String error) {
        finish(Ending.failed(status(), error));
        client.cut();
    }

    private void complete(Answer relayed) {
        if (attempt != null) {
            attempt.complete(!uploadStopped && relayed.connectionStays());
        }
        finish(Ending.whole(status()));
        client.end();
    }

    private void finish(Ending ending) {
        account.routed();
        state = State.OVER;
        deadline.close();
        if (answer != null) {
            answer.close();
        }
        if (attempt != null) {
            attempt.abandon();
        }
        body.detach();
        body.forget();
        prefill.close(body.received(), answer == null ? null : answer.usage());
        if (ending.error() == null && answer != null && answer.generation() && prefill.turnAnswered()) {
            account.suspected();
        }
        approach.close();
        account.ended(ending, body.received(), answer, tunnel);
    }

    private void report(Outcome outcome) {
        scope.shared().outcomes().outcome(itinerary.destination().slot(), outcome);
    }

    private Reception reception() {
        return approach.reception();
    }

    private Answer answer() {
        return Objects.requireNonNull(answer, "an answer");
    }

    /** The status that the client was told, 0 when it was told none. */
    private int status() {
        if (state == State.SWITCHED) {
            return HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        }
        return answer == null ? 0 : answer.status();
    }

    private Timeouts timeouts() {
        return reception().setup().settings().timeouts();
    }

    private List<String> told() {
        return approach.generation().config().edge().responseHeaders() ? itinerary.told() : List.of();
    }
}
