// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;

/** A client that keeps the body it is given. */
final class RecordingClient implements ClientStream {

    final StringBuilder body = new StringBuilder();
    private final boolean takesChunks;

    RecordingClient(boolean takesChunks) {
        this.takesChunks = takesChunks;
    }

    @Override
    public ByteBufAllocator alloc() {
        return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    public boolean takesChunks() {
        return takesChunks;
    }

    @Override
    public boolean writable() {
        return true;
    }

    @Override
    public void read(boolean on) {}

    @Override
    public void proceed() {}

    @Override
    public void head(ResponseHead head) {}

    @Override
    public void body(ByteBuf bytes) {
        body.append(bytes.toString(ISO_8859_1));
        bytes.release();
    }

    @Override
    public void flush() {}

    @Override
    public void end() {}

    @Override
    public void cut() {}

    @Override
    public void error(ProxyError error, List<String> added) {}
}
