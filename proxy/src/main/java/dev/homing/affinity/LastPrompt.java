// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

/**
 * The size of a session's last prompt and the backend that it went to, packed into one number, so that a {@link Pin} changes both at once without a
 * lock: the slot in the high 24 bits, the bytes in the low 40.
 */
final class LastPrompt {

    /** There was none: no backend has this slot. */
    static final long NONE = of(-1, 0);

    private static final int BYTE_BITS = 40;
    private static final long MOST_BYTES = (1L << BYTE_BITS) - 1;

    private LastPrompt() {}

    /** @param bytes beyond {@code 2^40} they are cut off */
    static long of(int slot, long bytes) {
        return (long) slot << BYTE_BITS | Math.min(bytes, MOST_BYTES);
    }

    static int slot(long packed) {
        return (int) (packed >> BYTE_BITS);
    }

    static long bytes(long packed) {
        return packed & MOST_BYTES;
    }
}
