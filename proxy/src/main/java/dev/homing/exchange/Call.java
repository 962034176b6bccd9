// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.observe.RequestSummary;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Traffic;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request whose head has come, with what it is answered by.
 *
 * @param generations what is in force, read anew after a wait
 * @param generation what it goes by until it has waited, if it ever does
 * @param key the name of the API key that the client showed, null when none is asked for
 * @param begun when its head was there, by the scope's clock
 */
record Call(
        LoopScope scope,
        Supplier<Generation> generations,
        Generation generation,
        ClientStream client,
        RequestHead head,
        @Nullable String key,
        long begun) {

    /**
     * Answers a request that is not routed.
     *
     * @param received bytes of its body that came
     */
    void refuse(ProxyError error, long received) {
        scope.shared().refused(head.client(), error);
        ended(Ending.failed(error.status(), error.code()), new Traffic(received, 0, 0));
        client.error(error, List.of());
    }

    /** Tells of the end of a request that no single backend answered. */
    void ended(Ending ending, Traffic traffic) {
        long total = scope.nanoTime().getAsLong() - begun;
        scope.shared().observer().ended(head, RequestSummary.unrouted(key, ending, total, traffic));
    }
}
