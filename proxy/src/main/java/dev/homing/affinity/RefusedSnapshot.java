// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

/** Thrown when what was to be a snapshot is none that can be used. Its message says why, for an operator. */
public final class RefusedSnapshot extends Exception {

    private static final long serialVersionUID = 1L;

    RefusedSnapshot(String message) {
        super(message, null, false, false);
    }

    static RefusedSnapshot damaged(String how) {
        return new RefusedSnapshot("damaged: " + how);
    }
}
