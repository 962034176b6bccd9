// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

/** A JSON number whose bytes pass in parts; its value is of interest only when it is an integer {@code >= 0} of a believable size. */
final class JsonNumber {

    /** Longer numbers are not believed: up to here they are exact in a double, too. */
    private static final int MAX_DIGITS = 15;

    private long value;
    /** Digits so far; more than {@link #MAX_DIGITS} also stands for a number that is no such integer. */
    private int digits;

    /** Begins with the first byte: a digit or a minus. */
    void begin(byte sign) {
        value = (long) sign - '0';
        digits = sign == '-' ? MAX_DIGITS + 1 : 1;
    }

    /** Reads on; the index of the byte behind the number, or {@code to} when the end has not come. */
    int read(byte[] part, int from, int to) {
        for (int i = from; i < to; i++) {
            byte sign = part[i];
            if (sign >= '0' && sign <= '9') {
                if (digits < MAX_DIGITS) {
                    value = value * 10 + (sign - '0');
                }
                digits = Math.min(digits + 1, MAX_DIGITS + 1);
            } else if (sign == '.' || sign == 'e' || sign == 'E' || sign == '+' || sign == '-') {
                digits = MAX_DIGITS + 1;
            } else {
                return i;
            }
        }
        return to;
    }

    /** The value, or {@link Told#NOTHING} when it is of no interest. */
    long value() {
        return digits <= MAX_DIGITS ? value : Told.NOTHING;
    }
}
