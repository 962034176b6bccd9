// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

/** An answer that is still being written. */
interface Outgoing {

    /** The connection takes bytes again. */
    void resumed();

    /** The connection is closed, or half of it, which both servers take for the same. */
    void clientGone();
}
