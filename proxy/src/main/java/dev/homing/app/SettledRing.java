// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.loop.ForwardingIoHandler;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.util.concurrent.GlobalEventExecutor;

/**
 * Netty's io_uring, whose last read of wake-ups is over before its memory is freed. At its end Netty 4.2.18 cancels that read unless a wake-up is on its
 * way; a read that the kernel still holds back behind others is not found, and later writes into whatever has those eight bytes by then, which now and
 * then aborts the process. So there is always a wake-up on its way, for which it waits.
 */
public final class SettledRing extends ForwardingIoHandler {

    private SettledRing(IoHandler ring) {
        super(ring);
    }

    /** For loops that run {@code IoUring*Channel}s. */
    public static IoHandlerFactory newFactory(IoUringIoHandlerConfig config) {
        IoHandlerFactory factory = IoUringIoHandler.newFactory(config);
        return loop -> new SettledRing(factory.newHandler(loop));
    }

    /** By another thread, since a loop does not wake itself. */
    @Override
    public void destroy() {
        GlobalEventExecutor.INSTANCE.submit(this::wakeup).syncUninterruptibly();
        super.destroy();
    }
}
