// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Three engines that compute nothing: they answer at once, or emit tokens to all their streams at the same moments. One process with one event loop,
 * so that it stays out of the way of what is measured. Prints its ports in one line, and ends when its input does.
 *
 * @see EngineConnection what is asked of them
 */
final class Engines {

    private static final int COUNT = 3;
    private static final int BACKLOG = 16_384;

    private Engines() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        Metronome metronome = new Metronome(loop.next());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpRequestDecoder(), new EngineConnection(channel, metronome));
                    }
                });
        StringBuilder ports = new StringBuilder();
        for (int i = 0; i < COUNT; i++) {
            Channel listener = bootstrap.bind("127.0.0.1", 0).sync().channel();
            ports.append(i == 0 ? "" : " ").append(((InetSocketAddress) listener.localAddress()).getPort());
        }
        System.out.println(ports);
        while (System.in.read() >= 0) {
            // what is said to it means nothing: it lasts as long as somebody could say it
        }
        loop.shutdownGracefully().sync();
    }
}
