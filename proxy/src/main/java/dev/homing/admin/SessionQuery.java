// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.routing.SessionKey;
import java.util.Arrays;

/** Which session is asked about. */
public sealed interface SessionQuery {

    /** By what its client sends: bytes as they would stand in the header. They are neither kept nor logged. */
    final class ById implements SessionQuery {

        private final byte[] value;

        ById(byte[] value) {
            this.value = value.clone();
        }

        public byte[] value() {
            return value.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ById that && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }

        /** Not the value: it is its client's secret. */
        @Override
        public String toString() {
            return "a session id of " + value.length + " bytes";
        }
    }

    /** By what homing calls it in logs and in its answers. */
    record ByHash(SessionKey key) implements SessionQuery {}
}
