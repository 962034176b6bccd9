// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.exchange.BodyFraming.Broken;
import dev.homing.health.Outcome;
import dev.homing.loop.Deadline;
import dev.homing.loop.DurationText;
import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.upstream.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request from its head to the last byte of its answer: its {@link Sending} first, and behind the head of the answer what passes to its client.
 *
 * <pre>
 * SENDING -> RELAYING -> OVER
 *        \-> SWITCHED -> OVER     a Tunnel stands in its place
 * any of them -> OVER: failed, or the client is gone
 * </pre>
 *
 * Confined to the event loop that its client's connection and its backend's connection share.
 */
final class Exchange implements ClientRequest, Sending.Owner, Tunnel.Owner {

    /** What is told as the error of an answer, or a tunnel, that its backend broke off. */
    private static final String BROKEN = "answer_broken";

    /** The same of one in which nothing moved for too long. */
    private static final String STREAM_IDLE = "stream_idle";

    private static final String TUNNEL_IDLE = "tunnel_idle";

    private enum State {
        SENDING,
        RELAYING,
        SWITCHED,
        OVER
    }

    private final LoopScope scope;
    private final ClientStream client;
    private final RequestHead head;
    private final Deadline deadline;
    private final Sending sending;
    private final Approach approach;
    private final Itinerary itinerary;
    private final Prefill prefill;
    private final Account account;
    private State state = State.SENDING;

    /** Of the answer; null before there is one. */
    private @Nullable Attempt attempt;

    private @Nullable Answer answer;
    private @Nullable Tunnel tunnel;
    private boolean uploadStopped;

    private Exchange(Call call, Reception reception, RequestBody body) {
        this.scope = call.scope();
        this.client = call.client();
        this.head = call.head();
        this.deadline = scope.deadlines().open(this::expired);
        this.sending = new Sending(call, reception, body, deadline, this);
        this.approach = sending.approach();
        this.itinerary = approach.itinerary();
        this.prefill = sending.prefill();
        this.account = sending.account();
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
        exchange.sending.begin();
        return exchange.state == State.OVER ? null : exchange;
    }

    // ---- the client's side

    @Override
    public void content(ByteBuf part) {
        if (state != State.SENDING) {
            part.release();
            return;
        }
        long limit = approach.settings().limits().body();
        if (sending.received() + part.readableBytes() > limit) {
            part.release();
            refuse(ProxyError.bodyTooLarge(limit));
            return;
        }
        sending.content(part);
    }

    @Override
    public void contentEnd() {
        sending.contentEnd();
    }

    @Override
    public void contentBroken(ProxyError error) {
        refuse(error);
    }

    @Override
    public void contentFlush() {
        sending.flush();
    }

    @Override
    public void clientWritable(boolean writable) {
        if (state == State.RELAYING && attempt != null) {
            attempt.read(writable);
            deadline.in(streamIdle());
        }
    }

    /** The backend is let go of at once, because that is what stops its work. */
    @Override
    public void clientGone() {
        if (state == State.OVER) {
            return;
        }
        AbortPhase phase = switch (state) {
            case SENDING -> sending.sent() ? AbortPhase.PREFILL : AbortPhase.QUEUE;
            case RELAYING, OVER -> answer != null && answer.streaming() ? AbortPhase.STREAM : AbortPhase.PREFILL;
            case SWITCHED -> AbortPhase.STREAM;
        };
        account.aborted(phase);
        finish(Ending.left(status()));
    }

    // ---- the answer

    @Override
    public void answered(Attempt by, HttpResponse response, BodyFraming framing) {
        state = State.RELAYING;
        attempt = by;
        uploadStopped = !sending.bodyComplete();
        switch (response.status().code()) {
            case 429, 503 -> itinerary.report(Outcome.BACK_PRESSURE);
            case 502, 504 -> itinerary.report(Outcome.BAD_GATEWAY);
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
            // What still comes of the upload is dropped, so that the client can be told.
            client.read(true);
        }
        deadline.in(streamIdle());
        if (relayed.relay().complete()) {
            complete(relayed);
        }
    }

    /** There is no prompt to read, and from here on no way to tell what is said. */
    @Override
    public void switched(HttpResponse response, UpstreamConnection connection) {
        state = State.SWITCHED;
        prefill.answered(false);
        Tunnel opened = new Tunnel(client, connection, itinerary.load(), scope, streamIdle(), this);
        tunnel = opened;
        opened.open(ResponseHead.of(
                response, ResponseHead.Body.AS_DECLARED, scope.shared().via(), told()));
    }

    @Override
    public void bytes(ByteBuf wire) {
        Answer relayed = answer();
        itinerary.load().delivered(scope.deadlines().coarseNanos());
        deadline.in(streamIdle());
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
    public void ended(@Nullable Throwable cause) {
        Answer relayed = answer();
        if (relayed.relay().untilClose() && cause == null) {
            relayed.relay().close();
            complete(relayed);
        } else {
            broken();
        }
    }

    // ---- how it ends

    private void expired() {
        switch (state) {
            case SENDING -> sending.expired();
            case RELAYING -> stalled();
            case SWITCHED, OVER -> {}
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
                String why = "both sides of its tunnel kept silent for " + DurationText.of(streamIdle());
                scope.shared().brokeOff(head.client(), TUNNEL_IDLE, why);
                cut(TUNNEL_IDLE);
            }
        }
    }

    /** Nothing of the answer moved for too long, be it that its backend sent nothing or that its client took nothing. */
    private void stalled() {
        boolean backends = client.writable();
        String why = (backends ? "backend " + itinerary.destination().id() + " sent" : "it took")
                + " nothing of its answer for " + DurationText.of(streamIdle());
        scope.shared().brokeOff(head.client(), STREAM_IDLE, why);
        if (backends) {
            itinerary.report(Outcome.TIMEOUT);
            cut(STREAM_IDLE);
        } else {
            finish(Ending.left(status()));
            client.cut();
        }
    }

    /** The client broke a rule in the middle of its request. */
    private void refuse(ProxyError error) {
        if (state == State.RELAYING) {
            scope.shared().brokeOff(head.client(), error.code(), error.message());
            finish(Ending.failed(status(), error.code()));
            client.cut();
        } else if (state != State.OVER) {
            rejected(error);
        }
    }

    @Override
    public void rejected(ProxyError error) {
        scope.shared().refused(head.client(), error);
        givenUp(error);
    }

    @Override
    public void givenUp(ProxyError error) {
        finish(Ending.failed(error.status(), error.code()));
        client.error(error, told());
    }

    /** The backend broke it off. */
    private void broken() {
        itinerary.report(Outcome.RESET);
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
        sending.close();
        prefill.close(sending.received(), answer == null ? null : answer.usage());
        if (ending.error() == null && answer != null && answer.generation() && prefill.turnAnswered()) {
            account.suspected();
        }
        approach.close();
        account.ended(ending, sending.received(), answer, tunnel);
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

    private Duration streamIdle() {
        return approach.settings().timeouts().upstream().streamIdle();
    }

    private List<String> told() {
        return approach.generation().config().edge().responseHeaders() ? itinerary.told() : List.of();
    }
}
