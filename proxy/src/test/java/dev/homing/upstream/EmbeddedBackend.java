// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.homing.loop.Deadlines;
import dev.homing.observe.ProxyObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/** A connection to a backend that is the test itself: it reads what was written, and says what it likes. */
public final class EmbeddedBackend {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final UpstreamConnection connection;
    private final ConnectionPool pool;
    private int acksDelayed;

    public EmbeddedBackend() {
        this(ProxyObserver.NONE);
    }

    EmbeddedBackend(ProxyObserver observer) {
        this(observer, pool(new Deadlines(new EmbeddedChannel().eventLoop(), () -> 0)));
    }

    EmbeddedBackend(ProxyObserver observer, ConnectionPool pool) {
        this.pool = pool;
        ResponseDecoder decoder = new ResponseDecoder(1024);
        channel.pipeline().addLast(decoder);
        connection = new UpstreamConnection(channel, decoder, pool, any -> acksDelayed++, observer);
        channel.pipeline().addLast(connection);
    }

    static ConnectionPool pool(Deadlines deadlines) {
        Endpoint endpoint =
                new Endpoint(InetSocketAddress.createUnresolved("backend", 1), "backend:1", "", Map.of(), null);
        return new ConnectionPool(endpoint, Duration.ofSeconds(3), deadlines);
    }

    public UpstreamConnection connection() {
        return connection;
    }

    ConnectionPool pool() {
        return pool;
    }

    public EmbeddedChannel channel() {
        return channel;
    }

    /** Leases the connection, as a pool does. */
    public UpstreamConnection lease(UpstreamListener to) {
        connection.lease(to);
        return connection;
    }

    /** How often its acknowledgements were told to wait. */
    int acksDelayed() {
        return acksDelayed;
    }

    /** What was written since the last call. */
    public String written() {
        channel.flushOutbound();
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            text.append(part.toString(ISO_8859_1));
            part.release();
        }
        return text.toString();
    }

    public void says(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, ISO_8859_1));
    }
}
