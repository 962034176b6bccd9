// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** What stands around payload in the chunked transfer coding as homing writes it, RFC 9112 section 7.1; {@link ChunkedBody} reads it. */
final class Chunks {

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private Chunks() {}

    /** @param length of the payload that follows, {@code > 0}: a chunk of nothing would be the last one */
    static ByteBuf begin(int length) {
        return Unpooled.wrappedBuffer((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Behind the payload of a chunk. */
    static ByteBuf end() {
        return Unpooled.wrappedBuffer(CRLF);
    }

    /** Behind all chunks. */
    static ByteBuf last() {
        return Unpooled.wrappedBuffer(LAST);
    }
}
