// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import java.util.List;

/** What came of an operation. */
public sealed interface Reply<T> {

    /** It was done. */
    record Done<T>(T value) implements Reply<T> {}

    /**
     * It was not.
     *
     * @param messages at least one, fit for the operator's eyes
     */
    record Refused<T>(Reason reason, List<String> messages) implements Reply<T> {

        public Refused {
            messages = List.copyOf(messages);
            if (messages.isEmpty()) {
                throw new IllegalArgumentException("messages: none (expected: at least one)");
            }
        }
    }

    /** Why an operation was refused. */
    enum Reason {
        /** What was asked for is wrong. */
        INVALID,
        /** There is no such thing. */
        UNKNOWN,
        /** It is not clear which one is meant, or it does not go with the state of things. */
        CONFLICT
    }

    static <T> Reply<T> done(T value) {
        return new Done<>(value);
    }

    static <T> Reply<T> refused(Reason reason, String message) {
        return new Refused<>(reason, List.of(message));
    }
}
