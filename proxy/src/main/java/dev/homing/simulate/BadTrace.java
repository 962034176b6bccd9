// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

/** A trace that cannot be replayed; the message names the file, the line and what was found there. */
public final class BadTrace extends Exception {

    private static final long serialVersionUID = 1;

    BadTrace(String message) {
        super(message);
    }
}
