// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;

/**
 * Where TLS begins: takes the certificate by the name that the client asks for (SNI, RFC 6066 section 3), and does not even try with what is
 * no TLS. Deadlines are {@link Preface}'s.
 */
final class TlsEntrance extends SniHandler {

    /** The type of a record that holds a part of a handshake, RFC 8446 section 5.1: nothing else comes first. */
    private static final int HANDSHAKE = 22;

    /** Bytes of a client's hello. Those with post-quantum keys have about 2 KiB. */
    private static final int MAX_HELLO = 16 * 1024;

    private boolean refused;

    TlsEntrance(Tls tls) {
        super(tls::context, MAX_HELLO, 0);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!refused && in.isReadable() && in.getUnsignedByte(in.readerIndex()) != HANDSHAKE) {
            refused = true;
            ctx.fireExceptionCaught(new NotSslRecordException("no TLS (expected: a client's hello)"));
        }
        if (refused) {
            in.skipBytes(in.readableBytes());
        } else {
            super.decode(ctx, in, out);
        }
    }

    @Override
    protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
        SslHandler handler = super.newSslHandler(context, allocator);
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }
}
