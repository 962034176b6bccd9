// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.buffer.ByteBuf;
import java.util.List;

/** Shown the payload of a body, run by run, without its framing. */
interface PayloadSink {

    /** {@code length} bytes of payload at {@code index} of {@code wire}; the buffer is only lent. */
    void payload(ByteBuf wire, int index, int length);

    /** The fields behind a body that had some, as names and values in turn; once, when all of it has passed. */
    default void trailers(List<String> fields) {}
}
