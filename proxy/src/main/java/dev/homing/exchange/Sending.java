// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.config.Timeouts;
import dev.homing.loop.Deadline;
import dev.homing.loop.DurationText;
import dev.homing.upstream.UpstreamConnection;
import dev.homing.upstream.Upstreams.Wanted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to the backend that answers it. It is tried on one backend after the other, as {@link RetryPolicy} allows, until the head of
 * an answer is there.
 *
 * <pre>
 * QUEUED -> CONNECTING -> SENT -> OVER      an answer has begun, or the protocol was switched
 *    ^          ^          |
 *    +----------+----------+   sent again, in another Attempt
 * any of them -> OVER: given up, or the client is gone
 * </pre>
 *
 * Confined to the event loop that its client's connection and its backend's connection share.
 */
final class Sending implements Approach.Owner, Attempt.Owner {

    /** Told how it comes out, and then what comes behind the head of the answer; on its event loop. */
    interface Owner extends Attempt.Reader {

        /** A backend answers, by that attempt, which is the owner's from now on. */
        void answered(Attempt by, HttpResponse head, BodyFraming framing);

        /** The backend switched to the protocol that was asked for. The connection is the owner's from now on. */
        void switched(HttpResponse head, UpstreamConnection connection);

        /** homing itself does not take it any further. */
        void rejected(ProxyError error);

        /** No backend answers it. */
        void givenUp(ProxyError error);
    }

    private enum State {
        QUEUED,
        CONNECTING,
        SENT,
        OVER
    }

    private final LoopScope scope;
    private final ClientStream client;
    private final RequestHead head;
    private final RequestBody body;
    private final Deadline deadline;
    private final Owner owner;
    private final RetryPolicy retry;
    private final Prefill prefill;
    private final Approach approach;
    private final Itinerary itinerary;
    private final Account account;
    private State state = State.CONNECTING;
    private @Nullable Attempt attempt;

    /** Whoever begins it flushes as well, when what is at hand of the body was told: so that both go as one packet. */
    private boolean beginning = true;

    /**
     * Decides where the request goes first.
     *
     * @param body what of it has come
     * @param deadline whose end is told by {@link #expired} until this is over
     */
    Sending(Call call, Reception reception, RequestBody body, Deadline deadline, Owner owner) {
        this.scope = call.scope();
        this.client = call.client();
        this.head = call.head();
        this.body = body;
        this.deadline = deadline;
        this.owner = owner;
        this.retry = new RetryPolicy(reception.setup().settings().upstream().retry());
        this.prefill = new Prefill(
                scope.shared().pending(),
                reception.pool(),
                Math.max(head.contentLength(), body.received()),
                scope.deadlines());
        this.approach = new Approach(call, reception, prefill, this);
        this.itinerary = approach.itinerary();
        this.account = new Account(call, approach);
    }

    /** Begins. What is refused is told before this returns; what is sent on is flushed by {@link #flush}. */
    void begin() {
        approach.enter();
        beginning = false;
    }

    /** What it goes by. */
    Approach approach() {
        return approach;
    }

    /** What its prompt adds to the work of its backend. */
    Prefill prefill() {
        return prefill;
    }

    /** What is told of it. */
    Account account() {
        return account;
    }

    /** Bytes of the body that came from the client. */
    long received() {
        return body.received();
    }

    /** Whether all of the body came. */
    boolean bodyComplete() {
        return body.complete();
    }

    /** Whether it is with a backend, which has not answered yet. */
    boolean sent() {
        return state == State.SENT;
    }

    /** It is over; whatever it has of a backend is let go of at once. */
    void close() {
        state = State.OVER;
        if (attempt != null) {
            attempt.abandon();
        }
        body.detach();
        body.forget();
    }

    // ---- the client's side

    /** The next part of the body; the buffer is released. */
    void content(ByteBuf part) {
        body.add(part);
        prefill.passed(body.received());
        if (state == State.SENT) {
            await();
        }
        pace();
    }

    /** The body is complete. */
    void contentEnd() {
        body.end();
        if (state == State.SENT) {
            await();
        }
    }

    /** Sends on what was written. */
    void flush() {
        if (attempt != null) {
            attempt.flush();
        }
    }

    /** The client sends as fast as the backend takes it. */
    private void pace() {
        if (state != State.OVER) {
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
        owner.rejected(error);
    }

    private void attempt(boolean fresh) {
        account.routed();
        state = State.CONNECTING;
        deadline.in(timeouts().upstream().connect());
        Attempt begun = new Attempt(this, owner, head);
        attempt = begun;
        begun.begin(
                scope.upstreams(),
                new Wanted(
                        approach.reception().pool(),
                        itinerary.destination(),
                        approach.generation().endpoint(itinerary.destination().slot()),
                        timeouts().upstream().idle(),
                        fresh || body.tooLargeToRepeat(),
                        begun));
        if (state == State.CONNECTING) {
            account.connecting();
        }
    }

    // ---- the backend's side

    @Override
    public void connected(UpstreamConnection connection) {
        state = State.SENT;
        account.connectOver();
        connection.write(head.encode(
                client.alloc(),
                approach.generation().endpoint(itinerary.destination().slot()),
                approach.generation()
                        .rules(approach.reception().setup(), scope.shared().via())));
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
    public void writabilityChanged() {
        if (state == State.SENT) {
            await();
        }
        pace();
    }

    @Override
    public void answered(Attempt by, HttpResponse response, BodyFraming framing) {
        over();
        owner.answered(by, response, framing);
    }

    @Override
    public void switched(HttpResponse response, UpstreamConnection connection) {
        over();
        owner.switched(response, connection);
    }

    /** The body is not sent on any further, and never again. */
    private void over() {
        state = State.OVER;
        deadline.clear();
        body.detach();
        body.forget();
    }

    @Override
    public void failed(Failure failure, String detail) {
        account.connectOver();
        if (failure.outcome() != null) {
            itinerary.report(failure.outcome());
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
                owner.rejected(error);
            } else {
                owner.givenUp(error);
            }
        }
    }

    /** Whoever had to act next did not in time. */
    void expired() {
        switch (state) {
            case CONNECTING ->
                abandon(
                        Failure.CONNECT_TIMEOUT,
                        "no connection within "
                                + DurationText.of(timeouts().upstream().connect()));
            case SENT -> {
                if (body.clientsTurn()) {
                    owner.rejected(ProxyError.clientTimeout("request body: silence for "
                            + DurationText.of(timeouts().client().requestBody())));
                } else {
                    abandon(
                            Failure.SILENT,
                            "no answer within "
                                    + DurationText.of(timeouts().upstream().responseHead()));
                }
            }
            case QUEUED, OVER -> {}
        }
    }

    private void abandon(Failure failure, String detail) {
        if (attempt != null) {
            attempt.abandon();
        }
        failed(failure, detail);
    }

    private Timeouts timeouts() {
        return approach.settings().timeouts();
    }
}
