// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** The client of one endless stream: finds the stamps in what it reads, wherever they are cut, and tells how old they are. */
final class TokenReader extends ChannelInboundHandlerAdapter {

    private final Load load;
    private final ByteBuf request;
    private boolean begun;
    private boolean left;
    private int digits = Event.DIGITS;
    private long stamp;

    TokenReader(Load load, ByteBuf request) {
        this.load = load;
        this.request = request;
    }

    /** From now on its end is no failure. */
    void leave() {
        left = true;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(request.duplicate(), ctx.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        long now = System.nanoTime();
        int end = bytes.writerIndex();
        for (int i = bytes.readerIndex(); i < end; i++) {
            if (digits == Event.DIGITS) {
                i = bytes.indexOf(i, end, (byte) Event.MARK);
                if (i < 0) {
                    break;
                }
                digits = 0;
                stamp = 0;
            } else {
                digit(bytes.getByte(i), now);
            }
        }
        bytes.release();
    }

    private void digit(byte letter, long now) {
        int value = Character.digit(letter, 16);
        if (value < 0) {
            // A proxy cut the event in two chunks just here.
            load.window().failed();
            digits = Event.DIGITS;
            return;
        }
        stamp = stamp << 4 | value;
        if (++digits == Event.DIGITS) {
            load.window().arrived(now - stamp);
            if (!begun) {
                begun = true;
                load.began();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!left) {
            load.window().failed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
