// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/** The client's side of one exchange, whatever protocol it speaks. Confined to the event loop of its connection. */
public interface ClientStream {

    ByteBufAllocator alloc();

    /** Fields that go behind the body, as names and values in turn, where the client's protocol has a place for them; before {@link #end}. */
    default void trailers(List<String> fields) {}

    /** Whether it is a client, whose requests are told of one by one; false when homing itself asks for one. */
    default boolean client() {
        return true;
    }

    /** Whether the client understands the chunked transfer coding, so that chunks may be relayed as they are. */
    boolean takesChunks();

    /** Whether the client takes more without it piling up here. */
    boolean writable();

    /** Stops or goes on reading the request's body. */
    void read(boolean on);

    /** {@code 100 Continue}, RFC 9110 section 15.2.1. */
    void proceed();

    /** The head of the final response; flushed with what follows in the same turn of the loop. */
    void head(ResponseHead head);

    /**
     * The head of a 101: from now on all that the client sends goes to {@code tunnel}, and all that it gets is {@link #body}, as it is. Over in one of
     * the ways of a response. Only HTTP/1.1 can be switched, RFC 9113 section 8.6, and only where {@link RequestHead#upgrade} asked for it.
     */
    default void switched(ResponseHead head, ClientRequest tunnel) {
        throw new IllegalStateException("protocol: cannot be switched (expected: HTTP/1.1)");
    }

    /** A part of the body, framed as the head says; the buffer is released. */
    void body(ByteBuf bytes);

    void flush();

    /** The response is complete: the last call of an exchange that went well. */
    void end();

    /** The response cannot be completed: broken off so that the client sees it. The last call. */
    void cut();

    /**
     * A whole response by homing itself, in place of a head. The last call.
     *
     * @param added headers to add, as name, value, name, value
     */
    void error(ProxyError error, List<String> added);
}
