// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.config.PoolSettings;
import dev.homing.exchange.Reception.Outcome;
import dev.homing.look.BodyKey;
import dev.homing.look.BodyKeys;
import dev.homing.look.Look;
import dev.homing.look.Wanted;
import dev.homing.loop.Deadline;
import dev.homing.loop.DurationText;
import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Traffic;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that cannot be routed before somebody has looked at its body. What comes of the body is held, {@code limits.peek} at most, until the
 * look is over; then an {@link Exchange} goes on with it, as if it had just come.
 *
 * <pre>
 * BY_MODEL -> BY_SESSION -> an Exchange
 * BY_MODEL -> an Exchange      when the pool asks nothing of the body
 * any of them -> OVER: refused, or the client is gone
 * </pre>
 *
 * A request goes on whatever its body turns out to be: it is the backend that judges it.
 */
final class Inquiry implements ClientRequest {

    private static final Wanted MODEL = new Wanted(BodyKeys.of(List.of("model")), null);

    private final Call call;
    private final RequestBody body;
    private final Deadline deadline;
    private Look look;

    /** Null until the pool is known. */
    private @Nullable Reception reception;

    /** Null until the request is routed. */
    private @Nullable Exchange exchange;

    private Inquiry(Call call, @Nullable Reception reception, Wanted wanted) {
        this.call = call;
        this.reception = reception;
        this.body = new RequestBody(
                call.client().alloc(), call.head(), settings().limits().peek());
        this.look = Look.begin(wanted, settings().limits().peek());
        this.deadline = call.scope().deadlines().open(this::expired);
    }

    /** For a request whose model decides its pool. */
    static Inquiry forModel(Call call) {
        return new Inquiry(call, null, MODEL).begun();
    }

    /** For a request whose session, or its home, is to be found. */
    static Inquiry forSession(Call call, Reception reception, Wanted wanted) {
        return new Inquiry(call, reception, wanted).begun();
    }

    /** A client that waits for a word is given it here, since it is here that its body is wanted: RFC 9110 section 10.1.1. */
    private Inquiry begun() {
        if (call.head().expectsContinue()) {
            call.head().expectationMet();
            call.client().proceed();
        }
        deadline.in(silence());
        return this;
    }

    @Override
    public void content(ByteBuf part) {
        if (exchange != null) {
            exchange.content(part);
            return;
        }
        look.read(part.nioBuffer());
        body.add(part);
        if (look.over()) {
            answered();
        } else if (!tooLarge()) {
            deadline.in(silence());
        }
    }

    @Override
    public void contentEnd() {
        if (exchange != null) {
            exchange.contentEnd();
            return;
        }
        body.end();
        look.end();
        answered();
    }

    @Override
    public void contentBroken(ProxyError error) {
        if (exchange != null) {
            exchange.contentBroken(error);
        } else {
            refuse(error);
        }
    }

    @Override
    public void contentFlush() {
        if (exchange != null) {
            exchange.contentFlush();
        }
    }

    @Override
    public void clientWritable(boolean writable) {
        if (exchange != null) {
            exchange.clientWritable(writable);
        }
    }

    @Override
    public void clientGone() {
        if (exchange != null) {
            exchange.clientGone();
            return;
        }
        if (reception != null) {
            call.scope().shared().observer().clientAborted(reception.pool(), AbortPhase.QUEUE);
        }
        call.ended(Ending.left(0), new Traffic(body.received(), 0, 0));
        letGo();
    }

    private void answered() {
        Reception known = reception;
        if (known == null) {
            poolKnown();
        } else if (!tooLarge()) {
            exchange(known.found(look, call.head()));
        }
    }

    private void poolKnown() {
        BodyKey model = look.key();
        Outcome outcome = Reception.byModel(call.head(), call.generation(), model == null ? null : model.value());
        if (outcome instanceof Outcome.Refused refused) {
            refuse(refused.error());
        } else if (outcome instanceof Outcome.Received received) {
            poolKnown(received.reception());
        }
    }

    private void poolKnown(Reception known) {
        reception = known;
        int peek = settings().limits().peek();
        body.keep(peek);
        if (tooLarge()) {
            return;
        }
        Wanted wanted = known.wanted(call.head(), call.scope().shared().router());
        if (wanted == null) {
            exchange(known);
            return;
        }
        look = Look.begin(wanted, peek);
        body.show(look::read);
        if (body.complete()) {
            look.end();
        }
        if (look.over()) {
            answered();
        } else {
            deadline.in(silence());
        }
    }

    private void exchange(Reception known) {
        deadline.close();
        exchange = Exchange.begin(call, known, body);
    }

    /** Refuses a body beyond the limit of its pool; before that is known, the peek is its limit. */
    private boolean tooLarge() {
        long limit = settings().limits().body();
        if (reception == null || body.received() <= limit) {
            return false;
        }
        refuse(ProxyError.bodyTooLarge(limit));
        return true;
    }

    private void expired() {
        refuse(ProxyError.clientTimeout("request body: silence for " + DurationText.of(silence())));
    }

    private void refuse(ProxyError error) {
        letGo();
        call.refuse(error, body.received());
    }

    private void letGo() {
        deadline.close();
        look.close();
        body.forget();
    }

    private Duration silence() {
        return settings().timeouts().client().requestBody();
    }

    /** The pool's, as soon as it is known. */
    private PoolSettings settings() {
        return reception == null
                ? call.generation().config().defaults()
                : reception.setup().settings();
    }
}
