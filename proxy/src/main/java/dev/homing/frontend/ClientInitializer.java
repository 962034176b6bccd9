// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.Generation;
import dev.homing.exchange.LoopScope;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sets a client's connection up: first for what its listener asks for, then for the protocol that is spoken. Shared by all loops. */
final class ClientInitializer {

    private static final String HTTP_2 = "h2";

    /** The protocols that clients are offered over TLS (ALPN, RFC 7301), the best first. */
    static final List<String> PROTOCOLS = List.of(HTTP_2, "http/1.1");

    private final Function<EventLoop, LoopScope> scopes;
    private final Supplier<Generation> generations;
    private final Supplier<@Nullable Farewell> farewell;

    ClientInitializer(
            Function<EventLoop, LoopScope> scopes,
            Supplier<Generation> generations,
            Supplier<@Nullable Farewell> farewell) {
        this.scopes = scopes;
        this.generations = generations;
        this.farewell = farewell;
    }

    /** A connection was accepted. */
    void open(Channel channel, InetAddress peer, Door door) {
        if (door.equals(Door.PLAIN)) {
            speak(channel, new ClientInfo(peer, door.scheme()), null);
        } else {
            new Preface(channel, scopes.apply(channel.eventLoop()), this, door, peer)
                    .open(generations
                            .get()
                            .config()
                            .defaults()
                            .timeouts()
                            .client()
                            .requestHead());
        }
    }

    /**
     * Goes on with the protocol that is spoken, and with what is known of the client by now.
     *
     * @param protocol what was agreed on over TLS; null when nothing was, as always in the clear
     */
    void speak(Channel channel, ClientInfo client, @Nullable String protocol) {
        assert protocol == null || PROTOCOLS.contains(protocol) : protocol;
        LoopScope scope = scopes.apply(channel.eventLoop());
        if (HTTP_2.equals(protocol)) {
            Http2Handler.speak(channel, scope, generations, client);
        } else {
            FrontendHandler handler = new FrontendHandler(channel, scope, generations, client);
            RequestDecoder decoder =
                    new RequestDecoder(generations.get().config().defaults().limits(), handler::bytesCame);
            if (client.scheme().equals("http")) {
                channel.pipeline().addLast(detector(channel, client, decoder, handler));
            }
            channel.pipeline().addLast(decoder, handler);
        }
        sayFarewell(channel);
    }

    /** In the clear a client may begin with HTTP/2, over TLS it says so beforehand. */
    private PrefaceDetector detector(
            Channel channel, ClientInfo client, RequestDecoder decoder, FrontendHandler handler) {
        return new PrefaceDetector(handler::bytesCame, () -> {
            channel.pipeline().remove(decoder);
            handler.leave();
            Http2Handler.speak(channel, scopes.apply(channel.eventLoop()), generations, client);
            sayFarewell(channel);
        });
    }

    private void sayFarewell(Channel channel) {
        Farewell event = farewell.get();
        if (event != null) {
            channel.pipeline().fireUserEventTriggered(event);
        }
    }
}
