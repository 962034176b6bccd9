// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class Http1StreamTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Http1Stream stream = new Http1Stream(channel, null, RequestDecoder.placeholder(), "/");

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aSmallPartThatWouldPileUpHoldsNoReceiveBuffer() {
        stream.body(Unpooled.wrappedBuffer(new byte[100]));
        ByteBuf receiveBuffer = Unpooled.buffer(32 * 1024).writerIndex(32 * 1024);
        stream.body(receiveBuffer.readRetainedSlice(10));

        assertThat(receiveBuffer.refCnt()).isEqualTo(1);
        receiveBuffer.release();
        stream.flush();
        assertThat(written()).isEqualTo(110);
    }

    @Test
    void aPartThatGoesOutAtOnceIsNotCopied() {
        ByteBuf receiveBuffer = Unpooled.buffer(32 * 1024).writerIndex(32 * 1024);
        stream.body(receiveBuffer.readRetainedSlice(10));

        assertThat(receiveBuffer.refCnt()).isEqualTo(2);
        receiveBuffer.release();
        stream.flush();
        assertThat(written()).isPositive();
    }

    @Test
    void aLargePartIsNotCopied() {
        stream.body(Unpooled.wrappedBuffer(new byte[100]));
        ByteBuf receiveBuffer = Unpooled.buffer(32 * 1024).writerIndex(32 * 1024);
        stream.body(receiveBuffer.readRetainedSlice(4096));

        assertThat(receiveBuffer.refCnt()).isEqualTo(2);
        receiveBuffer.release();
        stream.flush();
        assertThat(written()).isPositive();
    }

    private int written() {
        int bytes = 0;
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            bytes += part.readableBytes();
            part.release();
        }
        return bytes;
    }
}
