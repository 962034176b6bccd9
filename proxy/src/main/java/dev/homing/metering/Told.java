// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import java.util.Arrays;

/** The numbers that one JSON document has told so far, by field: an array, because an {@code EnumMap} would box each of them. */
@SuppressWarnings("EnumOrdinal")
final class Told {

    /** The document does not tell this number. */
    static final long NOTHING = -1;

    private static final int FIELDS = Field.values().length;

    private final long[] values = new long[FIELDS];

    /** Begins a new document. */
    void forget() {
        Arrays.fill(values, NOTHING);
    }

    /** The later of two values of one field holds, as with a doubled key. */
    void tell(Field field, long value) {
        values[field.ordinal()] = value;
    }

    boolean has(Field field) {
        return values[field.ordinal()] != NOTHING;
    }

    /** {@code >= 0}, or {@link #NOTHING}. */
    long value(Field field) {
        return values[field.ordinal()];
    }

    /** The value, 0 where none was told. */
    long valueOrZero(Field field) {
        return Math.max(0, values[field.ordinal()]);
    }
}
