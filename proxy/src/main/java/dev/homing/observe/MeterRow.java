// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one name that differ in one label, by the constant that the label tells: found by an array index, made by the first
 * thread that needs one. Two threads that make the same one are told the same meter by the registry.
 */
@SuppressWarnings("EnumOrdinal") // an EnumMap is not safe to fill from several threads
final class MeterRow<E extends Enum<E>, M> {

    private final AtomicReferenceArray<M> meters;
    private final Function<E, M> making;

    MeterRow(Class<E> label, Function<E, M> making) {
        this.meters = new AtomicReferenceArray<>(label.getEnumConstants().length);
        this.making = making;
    }

    /** The same, with all meters made at once: counters that start at 0 instead of appearing with their first event. */
    static <E extends Enum<E>, M> MeterRow<E, M> full(Class<E> label, Function<E, M> making) {
        MeterRow<E, M> row = new MeterRow<>(label, making);
        for (E constant : label.getEnumConstants()) {
            row.at(constant);
        }
        return row;
    }

    /** The one that was made, null when none was. */
    @Nullable M known(E constant) {
        return meters.getAcquire(constant.ordinal());
    }

    M at(E constant) {
        int index = constant.ordinal();
        M meter = meters.getAcquire(index);
        if (meter == null) {
            meter = making.apply(constant);
            meters.setRelease(index, meter);
        }
        return meter;
    }
}
