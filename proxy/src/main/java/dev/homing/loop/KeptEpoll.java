// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/**
 * Netty's epoll, with sockets that stay in the epoll set while nothing is awaited of them. Netty 4.2.18 takes such a socket out and afterwards changes
 * it as if it were still in, which fails (ENOENT) and costs its connection. A socket comes to that by an event of another one that was closed in the same
 * turn of the loop and had its number: when that was a hang-up, hang-ups are not awaited any more, and then reading is paused.
 */
public final class KeptEpoll extends ForwardingIoHandler {

    /** Nothing is awaited. Edge-triggered, so that an error or a hang-up, which epoll tells in any case, wakes the loop once and not for ever. */
    private static final EpollIoOps NOTHING = EpollIoOps.EPOLLET;

    private KeptEpoll(IoHandler epoll) {
        super(epoll);
    }

    /** For loops that run {@code Epoll*Channel}s. */
    public static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return loop -> new KeptEpoll(factory.newHandler(loop));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Kept(super.register(handle));
    }

    private record Kept(IoRegistration registration) implements IoRegistration {

        @Override
        public long submit(IoOps ops) {
            return registration.submit(EpollIoOps.NONE.equals(ops) ? NOTHING : ops);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
