// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;

/** A transport's handler of one event loop that does what another one does. */
public abstract class ForwardingIoHandler implements IoHandler {

    private final IoHandler handler;

    /** Of that one. */
    protected ForwardingIoHandler(IoHandler handler) {
        this.handler = handler;
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return handler.register(handle);
    }

    @Override
    public void initialize() {
        handler.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return handler.run(context);
    }

    @Override
    public void wakeup() {
        handler.wakeup();
    }

    @Override
    public void prepareToDestroy() {
        handler.prepareToDestroy();
    }

    @Override
    public void destroy() {
        handler.destroy();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return handler.isCompatible(type);
    }
}
