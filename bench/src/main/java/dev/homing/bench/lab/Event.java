// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * One token as vLLM streams it, an event in a chunk of its own, with the moment it was sent in place of its text: {@code @} and the 16 hexadecimal digits of
 * {@link System#nanoTime()}, which counts from the same moment in all JVMs of a machine that runs Linux.
 */
final class Event {

    /** Begins the stamp, and occurs nowhere else in an answer. */
    static final char MARK = '@';

    /** Digits of a stamp. */
    static final int DIGITS = 16;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final String BEFORE =
            "data: {\"id\":\"chatcmpl-9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,"
                    + "\"model\":\"demo-8b\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
    private static final String BEHIND = "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
    private static final byte[] CHUNK = chunk();
    private static final int STAMP = new String(CHUNK, StandardCharsets.US_ASCII).indexOf(MARK) + 1;

    private Event() {}

    private static byte[] chunk() {
        String event = BEFORE + MARK + "0".repeat(DIGITS) + BEHIND;
        return (Integer.toHexString(event.length()) + "\r\n" + event + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** The event of this moment, as a chunk. */
    static ByteBuf now(ByteBufAllocator allocator) {
        ByteBuf bytes = allocator.directBuffer(CHUNK.length).writeBytes(CHUNK);
        long now = System.nanoTime();
        for (int i = STAMP + DIGITS - 1; i >= STAMP; i--) {
            bytes.setByte(i, HEX[(int) (now & 15)]);
            now >>>= 4;
        }
        return bytes;
    }
}
