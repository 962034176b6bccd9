// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.buffer.ByteBuf;

/** Shown the payload of a body, run by run, without its framing. */
interface PayloadSink {

    /** {@code length} bytes of payload at {@code index} of {@code wire}; the buffer is only lent. */
    void payload(ByteBuf wire, int index, int length);
}
