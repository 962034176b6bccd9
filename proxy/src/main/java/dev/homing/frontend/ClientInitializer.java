// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.Generation;
import dev.homing.exchange.LoopScope;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sets a client's connection up: first for what its listener asks for, then for the protocol that is spoken. Shared by all loops. */
final class ClientInitializer {

    /** The protocols that clients are offered over TLS (ALPN, RFC 7301), the best first. */
    static final List<String> PROTOCOLS = List.of("http/1.1");

    private final Function<EventLoop, LoopScope> scopes;
    private final Supplier<Generation> generations;
    private final BooleanSupplier draining;

    ClientInitializer(
            Function<EventLoop, LoopScope> scopes, Supplier<Generation> generations, BooleanSupplier draining) {
        this.scopes = scopes;
        this.generations = generations;
        this.draining = draining;
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
        FrontendHandler handler = new FrontendHandler(channel, scopes.apply(channel.eventLoop()), generations, client);
        channel.pipeline()
                .addLast(
                        new RequestDecoder(generations.get().config().defaults().limits(), handler::bytesCame),
                        handler);
        if (draining.getAsBoolean()) {
            channel.pipeline().fireUserEventTriggered(FrontendHandler.DRAIN);
        }
    }
}
