// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** As many bytes as asked for, as fast as the client takes them: {@code GET /demo/bytes?n=N}, which no real server has. */
final class ByteFlood implements Outgoing {

    private static final byte[] BLOCK = new byte[65_536];

    private final EngineConnection connection;
    private final long length;
    private long left;

    ByteFlood(EngineConnection connection, long length) {
        this.connection = connection;
        this.length = length;
        this.left = length;
    }

    void start() {
        connection.open(
                headers ->
                        headers.add("Content-Type", "application/octet-stream").add("Content-Length", length),
                this);
        resumed();
    }

    @Override
    public void resumed() {
        while (left > 0 && connection.isWritable()) {
            int size = (int) Math.min(left, BLOCK.length);
            ByteBuf block = Unpooled.wrappedBuffer(BLOCK, 0, size);
            left -= size;
            connection.bytes(block);
            if (left == 0) {
                connection.end();
                return;
            }
        }
        if (length == 0) {
            connection.end();
        }
    }

    @Override
    public void clientGone() {
        left = 0;
    }
}
