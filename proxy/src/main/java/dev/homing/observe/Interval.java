// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

/**
 * What was counted in a time.
 *
 * @param seconds how long it was: less than asked for when the process is younger
 */
public record Interval(double seconds, Totals counted) {

    /** A count as so much a second; 0 when no time has passed. */
    public double perSecond(long count) {
        return seconds <= 0 ? 0 : count / seconds;
    }
}
