// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

/** Why the proxy could not start, in one line for the operator. */
final class StartFailure extends Exception {

    private static final long serialVersionUID = 1L;

    StartFailure(String message) {
        super(message);
    }
}
