// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

/** A lease that may still be on its way: what its owner ends when it no longer wants it. Confined to its event loop. */
public interface Leasing {

    /** The owner is told nothing more. A connection that was being made is closed. */
    void cancel();
}
