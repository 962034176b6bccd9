// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kind of value that a key may have: how it is read, written and described. One kind serves the reader, the effective configuration, the
 * JSON Schema and the documentation, so that they cannot disagree.
 */
interface ValueType<T> {

    /** The value at {@code at}, or null after the reason was told. */
    @Nullable T read(Cursor at);

    /** The value as it would stand in the file, or null where it is best left out. Secrets come out hidden. */
    @Nullable Object write(T value);

    /** What is accepted, in words that fit behind "expected". */
    String expected();

    /** What is accepted, as a JSON Schema. */
    Map<String, Object> schema();
}
