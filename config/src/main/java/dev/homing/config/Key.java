// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One key of the configuration and all there is to know about it.
 *
 * @param <S> the record that holds the key's value
 * @param path below its mapping, with dots: {@code health.passive.window}
 * @param fallback its default; empty where the key must be given
 * @param of where the value stands in the record
 * @param explanation for people
 */
record Key<S, T>(
        String path, ValueType<T> type, Optional<T> fallback, Function<S, T> of, Reach reach, Explanation explanation) {

    /**
     * What people are told of a key.
     *
     * @param meaning what it is, in a sentence or two
     * @param change when its default does not do, or what it has to be set to
     */
    record Explanation(String meaning, String change) {

        Explanation {
            if (meaning.isBlank() || !change.endsWith(".")) {
                throw new IllegalArgumentException(
                        "explanation: \"" + meaning + "\", \"" + change + "\" (expected: sentences)");
            }
        }
    }

    /** Where a key may stand, and when a change of it takes effect. */
    enum Reach {
        /** At the top level and, overriding that, in a pool; a reload applies it. */
        POOL,
        /** At the top level only; a reload applies it. */
        TOP,
        /** At the top level only; a change needs a restart. */
        RESTART
    }

    static <S, T> Key<S, T> pool(
            String path, ValueType<T> type, T fallback, Function<S, T> of, String meaning, String change) {
        return new Key<>(path, type, Optional.of(fallback), of, Reach.POOL, new Explanation(meaning, change));
    }

    static <S, T> Key<S, T> top(
            String path, ValueType<T> type, T fallback, Function<S, T> of, String meaning, String change) {
        return new Key<>(path, type, Optional.of(fallback), of, Reach.TOP, new Explanation(meaning, change));
    }

    static <S, T> Key<S, T> restart(
            String path, ValueType<T> type, T fallback, Function<S, T> of, String meaning, String change) {
        return new Key<>(path, type, Optional.of(fallback), of, Reach.RESTART, new Explanation(meaning, change));
    }

    static <S, T> Key<S, T> required(String path, ValueType<T> type, Function<S, T> of, String meaning, String change) {
        return new Key<>(path, type, Optional.empty(), of, Reach.POOL, new Explanation(meaning, change));
    }

    /** The last part of the path. */
    String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** The default as it would stand in the file; null where that is to leave the key out. No default is a secret of anyone's. */
    @Nullable Object writtenDefault() {
        T value = fallback.orElse(null);
        return value == null ? null : value instanceof Secret secret ? secret.value() : type.write(value);
    }

    /** What a record holds for this key, as it would stand in the file; null where it is best left out. */
    @Nullable Object written(S source) {
        return type.write(of.apply(source));
    }
}
