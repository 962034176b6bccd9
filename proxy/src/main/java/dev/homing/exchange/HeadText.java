// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A head as HTTP/1.1 writes it, RFC 9112 section 2.1, while it is put together: on the heap, because single bytes are dear to write outside of
 * it. Characters beyond ISO 8859-1 become question marks.
 */
public final class HeadText {

    private static final int USUAL = 768;
    private static final AsciiString BETWEEN = AsciiString.cached(": ");
    private static final AsciiString LINE_END = AsciiString.cached("\r\n");

    private byte[] bytes = new byte[USUAL];
    private int length;

    public HeadText add(CharSequence text) {
        if (text instanceof AsciiString ascii) {
            return add(ascii.array(), ascii.arrayOffset(), ascii.length());
        }
        return add(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A field. */
    public HeadText line(CharSequence name, CharSequence value) {
        return add(name).add(BETWEEN).add(value).lineEnd();
    }

    public HeadText lineEnd() {
        return add(LINE_END);
    }

    /** What was added. */
    public ByteBuf toBuffer(ByteBufAllocator alloc) {
        return alloc.buffer(length).writeBytes(bytes, 0, length);
    }

    public HeadText add(byte[] more) {
        return add(more, 0, more.length);
    }

    private HeadText add(byte[] from, int start, int count) {
        if (count > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
        System.arraycopy(from, start, bytes, length, count);
        length += count;
        return this;
    }
}
