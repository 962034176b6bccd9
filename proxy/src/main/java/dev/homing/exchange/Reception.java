// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.affinity.Arrival;
import dev.homing.affinity.SessionKeyExtractor.Match;
import dev.homing.config.HomingConfig;
import dev.homing.exchange.Generation.PoolSetup;
import dev.homing.routing.Pool;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What a request's head decides before anything is sent: which pool it belongs to and whose session it is, or why it is refused.
 *
 * @param match null when the request names no session
 */
record Reception(Pool pool, PoolSetup setup, @Nullable Match match) {

    /** What is told as the source of a key when there is none. */
    private static final String NO_KEY = "none";

    /** Either of the two is null. */
    record Outcome(@Nullable Reception received, @Nullable ProxyError refused) {}

    static Outcome of(RequestHead head, Generation generation, String via) {
        HomingConfig config = generation.config();
        HttpHeaders headers = head.request().headers();
        String path = head.path();
        if (head.passed(via)) {
            return refused(ProxyError.loop());
        }
        if (new DenyPaths(config.edge().denyPaths()).covers(path)) {
            return refused(ProxyError.notFound(path));
        }
        int index = generation.table().routes().match(head.host(), path, headers::get);
        if (index < 0) {
            return refused(ProxyError.notFound(path));
        }
        PoolSetup setup = generation.pools().get(index);
        long limit = setup.settings().limits().body();
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > limit) {
            return refused(ProxyError.bodyTooLarge(limit));
        }
        Pool pool = generation.table().pools().get(index);
        return new Outcome(new Reception(pool, setup, setup.keys().find(headers)), null);
    }

    /** The request as the router sees it. */
    Arrival arrival() {
        return Arrival.of(
                match == null ? null : match.key(),
                setup.settings().affinity().stickiness().idleTtl().toNanos());
    }

    String keySource() {
        return match == null ? NO_KEY : match.source();
    }

    private static Outcome refused(ProxyError error) {
        return new Outcome(null, error);
    }
}
