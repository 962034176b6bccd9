// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

/** A value that is never printed: {@link #toString} hides it, so it may stand in any record that is logged. */
public record Secret(String value) {

    @Override
    public String toString() {
        return "***";
    }
}
