// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.LoopScope;
import dev.homing.exchange.ProxyError;
import dev.homing.exchange.RequestHead;
import dev.homing.observe.Asked;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Traffic;
import io.netty.handler.codec.http.HttpRequest;

/** Tells of requests that are refused for their form, before anything is done for them. */
final class Refusals {

    private Refusals() {}

    /** What was asked, as far as it could be read. */
    static Asked asked(HttpRequest request, ClientInfo client) {
        boolean unread = request.decoderResult().isFailure() && request.uri().equals(RequestDecoder.UNREAD);
        return unread ? Asked.unknown(client.address()) : RequestHead.of(request, client);
    }

    /** Tells of the end of such a request. */
    static void tell(LoopScope scope, Asked asked, ProxyError error) {
        Asked traced = Asked.in(scope.traces().begin(asked), asked);
        Ending ending = Ending.failed(error.status(), error.code());
        scope.shared().observer().ended(traced, RequestSummary.unrouted(null, ending, 0, Traffic.NONE));
    }
}
