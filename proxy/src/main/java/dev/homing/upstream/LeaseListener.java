// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

/** Told how a lease went; on the event loop that asked. An idle connection is told of before the call returns, everything else after it. */
public interface LeaseListener {

    /** The connection is the listener's until it is released or closed. */
    void leased(UpstreamConnection connection);

    /** No connection could be made. */
    void leaseFailed(Throwable cause);
}
