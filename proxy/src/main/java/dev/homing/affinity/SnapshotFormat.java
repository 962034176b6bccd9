// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How a snapshot is laid out, all numbers big-endian:
 *
 * <pre>
 *   8 bytes   "HOMINGST"
 *   2 bytes   version
 *   8 bytes   fingerprint of the seed that the sessions were hashed with
 *   8 bytes   when it was written, in milliseconds since 1970
 *   varint    how many backends; of each the pool's name and the id, as {@link DataOutput#writeUTF} has them
 *   sessions, in no order:
 *     varint    its backend's place in that list, counted from 1; 0 = there are no more sessions
 *     8 bytes   its hash
 *     varint    the place of the backend that it began on; 0 = not known any more
 *     varint    its idle TTL in milliseconds
 *     varint    how long it had been idle, in milliseconds
 *   4 bytes   CRC-32C of everything before
 * </pre>
 *
 * That is some 16 bytes a session.
 */
final class SnapshotFormat {

    static final long MAGIC = 0x484F4D494E475354L;
    static final int VERSION = 1;

    /** Seven bits a byte: what a {@code long} that is not negative takes at most. */
    private static final int LONGEST_VARINT = 9;

    private SnapshotFormat() {}

    /** @param value {@code >= 0} */
    static void writeVarint(DataOutput out, long value) throws IOException {
        long rest = value;
        while (rest > 0x7F) {
            out.writeByte((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    static long readVarint(DataInput in) throws IOException, RefusedSnapshot {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            int next = in.readUnsignedByte();
            value |= (next & 0x7FL) << (7 * i);
            if (next < 0x80) {
                return value;
            }
        }
        throw RefusedSnapshot.damaged("a number without an end");
    }
}
