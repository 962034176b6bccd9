// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

/** A position in a file, line and column counted from 1 as editors do. */
record Place(int line, int column) {

    static final Place START = new Place(1, 1);
}
