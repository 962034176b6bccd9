// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

final class HeaderBlocksTest {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private final HeaderBlocks blocks = new HeaderBlocks();
    private final ByteArrayOutputStream wire = new ByteArrayOutputStream();

    @Test
    void aBlockIsOpenFromItsFirstFrameToTheLastByteOfItsLast() {
        wire.writeBytes(new byte[24]);
        frame(HEADERS, END_STREAM, 3);
        int continuation = wire.size();
        frame(CONTINUATION, END_HEADERS, 2);
        byte[] bytes = wire.toByteArray();

        for (int i = 0; i < bytes.length; i++) {
            boolean flagsSeen = i >= 24 + 4;
            blocks.follow(Unpooled.wrappedBuffer(bytes, i, 1));
            assertThat(blocks.open())
                    .as("after byte %d, the continuation is at %d", i, continuation)
                    .isEqualTo(flagsSeen && i < bytes.length - 1 ? 1 : 0);
        }
    }

    @Test
    void eachBlockHasANumberOfItsOwn() {
        wire.writeBytes(new byte[24]);
        frame(HEADERS, END_HEADERS, 300);
        frame(DATA, END_HEADERS, 70_000);
        frame(HEADERS, END_HEADERS, 0);
        frame(HEADERS, END_HEADERS, 1);
        byte[] bytes = wire.toByteArray();

        blocks.follow(Unpooled.wrappedBuffer(bytes, 0, bytes.length - 1));
        assertThat(blocks.open()).isEqualTo(3);

        blocks.follow(Unpooled.wrappedBuffer(bytes, bytes.length - 1, 1));
        assertThat(blocks.open()).isZero();
    }

    private void frame(int type, int flags, int length) {
        wire.writeBytes(new byte[] {
            (byte) (length >> 16), (byte) (length >> 8), (byte) length, (byte) type, (byte) flags, 0, 0, 0, 1
        });
        wire.writeBytes(new byte[length]);
    }
}
