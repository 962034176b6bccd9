// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Set;

/** What the head of an answer says of how its tokens will come. */
final class TokenStream {

    /**
     * Backends whose sockets have {@code TCP_NODELAY}: vLLM by uvicorn, whose event loops set it on each connection, and llama-server, which is built with
     * {@code CPPHTTPLIB_TCP_NODELAY}.
     */
    private static final Set<String> WITHOUT_NAGLE = Set.of("uvicorn", "llama.cpp");

    private TokenStream() {}

    /**
     * Whether it is an event stream of a sender that never waits for an acknowledgement before it sends the next token. Linux acknowledges each token by itself as
     * soon as it is read, which is a sixth of what it costs to relay one. With such a sender acknowledgements may as well be delayed; one that keeps to Nagle's
     * algorithm (RFC 9293 section 3.7.4) would hold its tokens back until they come.
     */
    static boolean sentAtOnce(HttpResponse head) {
        String type = head.headers().get(HttpHeaderNames.CONTENT_TYPE);
        String server = head.headers().get(HttpHeaderNames.SERVER);
        return type != null
                && server != null
                && type.startsWith(HttpHeaderValues.TEXT_EVENT_STREAM.toString())
                && WITHOUT_NAGLE.contains(server);
    }
}
