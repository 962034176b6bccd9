// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Lines of ASCII, put together in memory that is used again and again. Confined to one thread. */
public final class LineBuffer {

    private static final int FIRST = 64 * 1024;

    private static final String HEX = "0123456789abcdef";

    private byte[] bytes = new byte[FIRST];
    private int length;

    public int length() {
        return length;
    }

    public void clear() {
        length = 0;
    }

    /** What is in it, for as long as nothing else is done with it. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    /** Characters that are known to be visible ASCII. */
    void plain(String ascii) {
        room(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
    }

    void plain(char ascii) {
        room(1);
        bytes[length++] = (byte) ascii;
    }

    /** Any text as the inside of a string in quotes: RFC 8259 section 7, and what readers of logfmt undo in the same way. */
    void escaped(String text) {
        room(6 * text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                bytes[length++] = '\\';
                bytes[length++] = (byte) c;
            } else if (c >= ' ' && c <= '~') {
                bytes[length++] = (byte) c;
            } else {
                unicode(c);
            }
        }
    }

    void number(long value) {
        if (value < 0 || value > 9) {
            plain(Long.toString(value));
        } else {
            plain((char) ('0' + value));
        }
    }

    /** A number from 0 to 999 in three digits. */
    void threeDigits(int value) {
        plain((char) ('0' + value / 100));
        plain((char) ('0' + value / 10 % 10));
        plain((char) ('0' + value % 10));
    }

    private void unicode(char c) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = (byte) HEX.charAt((c >> shift) & 0xf);
        }
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
