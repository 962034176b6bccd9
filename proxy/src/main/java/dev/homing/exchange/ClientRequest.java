// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.exchange.Reception.Outcome;
import dev.homing.look.Wanted;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A request as its client's connection drives it. Confined to the event loop of that connection. */
public interface ClientRequest {

    /**
     * Begins with a request whose head has come. What is refused is answered before this returns.
     *
     * @param generations what is in force
     * @return null when it is over already
     */
    static @Nullable ClientRequest begin(
            LoopScope scope, Supplier<Generation> generations, ClientStream client, RequestHead asked) {
        RequestHead head = asked.in(scope.traces().begin(asked));
        Generation generation = generations.get();
        ApiKeys keys = generation.keys();
        String key = keys == null ? null : keys.nameOf(head.request().headers());
        Call call = new Call(
                scope,
                generations,
                generation,
                client,
                head,
                key,
                scope.nanoTime().getAsLong());
        if (keys != null && key == null && !ApiKeys.isPreflight(head.request())) {
            call.refuse(ProxyError.unauthorized(), 0);
            return null;
        }
        Outcome outcome = Reception.of(head, generation, scope.shared().via());
        if (outcome instanceof Outcome.Refused refused) {
            call.refuse(refused.error(), 0);
            return null;
        }
        if (outcome instanceof Outcome.ModelsOf models) {
            return ModelListing.begin(call, models.pools());
        }
        if (outcome instanceof Outcome.Received received) {
            Reception reception = received.reception();
            Wanted wanted = reception.wanted(head, scope.shared().router());
            return wanted == null ? Exchange.begin(call, reception) : Inquiry.forSession(call, reception, wanted);
        }
        return Inquiry.forModel(call);
    }

    /** A part of the request's body or, once protocols were switched, of whatever the client sends; the buffer is released. */
    void content(ByteBuf part);

    /** The request's body is complete. */
    void contentEnd();

    /** The request's body broke its framing, or its limits: it will never be complete. */
    void contentBroken(ProxyError error);

    /** No more of the body is at hand: what was sent on may be flushed. */
    void contentFlush();

    /** Whether the client takes more of the answer without it piling up. */
    void clientWritable(boolean writable);

    /** The client is gone: whatever was done for it is let go of at once. */
    void clientGone();
}
