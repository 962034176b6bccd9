// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a listener does when a connection cannot be accepted, as when file descriptors ran out: waits a moment, because the connection stays in the
 * kernel's queue and the next try would fail as fast. It says so when that begins and when it is over, not each time. Confined to the listener's
 * event loop.
 */
public final class Acceptance extends ChannelInboundHandlerAdapter {

    /** Time without a try, in milliseconds. */
    private static final long PAUSE_MILLIS = 250;

    /** Time without a failure after which it is over, in milliseconds; up to twice that long until it is said. */
    private static final long QUIET_MILLIS = 5000;

    private static final Logger LOG = LoggerFactory.getLogger(Acceptance.class);

    private boolean failing;
    private boolean failedLately;
    private boolean pausing;

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failedLately = true;
        if (!failing) {
            failing = true;
            LOG.warn("no connection can be accepted at {}: {}", ctx.channel().localAddress(), cause.getMessage());
            watch(ctx);
        }
        if (!pausing) {
            pausing = true;
            ctx.channel().config().setAutoRead(false);
            ctx.channel().eventLoop().schedule(() -> goOn(ctx), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void goOn(ChannelHandlerContext ctx) {
        pausing = false;
        ctx.channel().config().setAutoRead(true);
    }

    private void watch(ChannelHandlerContext ctx) {
        failedLately = false;
        ctx.channel().eventLoop().schedule(() -> look(ctx), QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look(ChannelHandlerContext ctx) {
        if (failedLately) {
            watch(ctx);
        } else {
            failing = false;
            LOG.info("connections are accepted again at {}", ctx.channel().localAddress());
        }
    }
}
