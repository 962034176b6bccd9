// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

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

    /** Answers a request that is not routed. */
    void refuse(ProxyError error) {
        scope.shared().refused(head.client(), error);
        client.error(error, List.of());
    }
}
