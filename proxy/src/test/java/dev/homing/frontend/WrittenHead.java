// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.homing.exchange.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** A response's head as an HTTP/1 client gets it. Chars stand for bytes. */
public final class WrittenHead {

    private WrittenHead() {}

    public static String of(ResponseHead head) {
        ByteBuf bytes = Http1Head.encode(UnpooledByteBufAllocator.DEFAULT, head, Http1Head.Persistence.STAYS);
        String text = bytes.toString(ISO_8859_1);
        bytes.release();
        return text;
    }
}
