// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** Told what comes from a backend over a leased connection; on the connection's event loop. */
public interface UpstreamListener {

    /** The head of a response, interim ones included; its decoder result tells whether it is one. */
    void head(HttpResponse head);

    /** Bytes behind the head, as they came, chunk framing included. The receiver owns the buffer. */
    void bytes(ByteBuf wire);

    /** No more bytes are at hand: what was written on may be flushed. */
    void readComplete();

    /** Whether the connection takes more request bytes without piling them up. */
    void writable(boolean writable);

    /** The connection is gone, by the backend or by a fault. Not told after {@code release} or {@code close}. */
    void closed(@Nullable Throwable cause);
}
