// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

/**
 * Which run of its engine a backend is in, as far as anyone can tell from outside. An engine that was started anew has an empty cache, so it is
 * nobody's home any more.
 *
 * @param number another one after each restart that was seen, {@code >= 0}
 * @param sure false while something points to a restart that is neither shown nor ruled out yet
 */
public record Life(int number, boolean sure) {

    /** No restart was seen yet. */
    public static final Life FIRST = new Life(0, true);

    /** Whether it surely is that one. */
    public boolean is(int other) {
        return sure && number == other;
    }
}
