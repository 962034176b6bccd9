// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** A name server over UDP and TCP, of which a test says what it knows. It has the authority over every name. */
public final class NameServer implements AutoCloseable {

    /** Records that fit in a datagram; more are told over TCP. */
    public static final int FITTING = 20;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<String, List<Entry>> zone = new ConcurrentHashMap<>();
    private final Map<String, DnsResponseCode> broken = new ConcurrentHashMap<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final InetSocketAddress address;

    private NameServer(InetSocketAddress address) {
        this.address = address;
    }

    /** One record. */
    private static final class Entry {

        private final DnsRecordType type;
        private final long ttl;
        private final byte[] content;

        Entry(DnsRecordType type, long ttl, byte[] content) {
            this.type = type;
            this.ttl = ttl;
            this.content = content;
        }
    }

    /** One on a port of its own. */
    public static NameServer start() {
        for (int tries = 0; ; tries++) {
            NameServer server = new NameServer(free());
            try {
                server.bind();
                return server;
            } catch (Exception e) {
                server.close();
                if (!(e instanceof BindException) || tries == 20) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private static InetSocketAddress free() {
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private void bind() throws Exception {
        new Bootstrap()
                .group(loops)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new OverUdp());
                    }
                })
                .bind(address)
                .sync();
        new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(), new OverTcp());
                    }
                })
                .bind(address)
                .sync();
    }

    public InetSocketAddress address() {
        return address;
    }

    /** {@code host:port}, as a configuration names it. */
    public String text() {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** From now on a name has these addresses, of either kind, and no other record. */
    public void addresses(String name, long ttl, String... addresses) {
        broken.remove(key(name));
        zone.put(key(name), Stream.of(addresses).map(text -> address(ttl, text)).toList());
    }

    /** From now on a name is another name for {@code target}. */
    public void alias(String name, long ttl, String target) {
        zone.put(key(name), List.of(new Entry(DnsRecordType.CNAME, ttl, encoded(target))));
    }

    /** From now on a name has these SRV records, each {@code priority weight port target}, RFC 2782. */
    public void services(String name, long ttl, String... records) {
        zone.put(key(name), Stream.of(records).map(text -> service(ttl, text)).toList());
    }

    /** From now on there is no such name. */
    public void forget(String name) {
        broken.remove(key(name));
        zone.remove(key(name));
    }

    /** From now on questions about a name are answered with that code alone; with none at all when it is {@code NOERROR}. */
    public void breaks(String name, DnsResponseCode code) {
        broken.put(key(name), code);
    }

    /** Every question so far, such as {@code udp A vllm.test.} */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }

    private static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower : lower + ".";
    }

    private static Entry address(long ttl, String text) {
        try {
            byte[] bytes = InetAddress.getByName(text).getAddress();
            return new Entry(bytes.length == 4 ? DnsRecordType.A : DnsRecordType.AAAA, ttl, bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Entry service(long ttl, String text) {
        String[] parts = text.split(" ", -1);
        ByteBuf data = Unpooled.buffer();
        for (int i = 0; i < 3; i++) {
            data.writeShort(Integer.parseInt(parts[i]));
        }
        data.writeBytes(encoded(parts[3]));
        return new Entry(DnsRecordType.SRV, ttl, bytes(data));
    }

    private static byte[] encoded(String name) {
        ByteBuf data = Unpooled.buffer();
        for (String label : name.split("\\.", -1)) {
            if (!label.isEmpty()) {
                data.writeByte(label.length()).writeBytes(label.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            }
        }
        return bytes(data.writeByte(0));
    }

    private static byte[] bytes(ByteBuf data) {
        byte[] bytes = new byte[data.readableBytes()];
        data.readBytes(bytes);
        data.release();
        return bytes;
    }

    /** Whether there is an answer at all. */
    private boolean answers(DnsQuestion question) {
        return !DnsResponseCode.NOERROR.equals(broken.get(key(question.name())));
    }

    private void fill(DnsResponse response, DnsQuestion question, boolean datagram) {
        String name = key(question.name());
        response.setAuthoritativeAnswer(true);
        response.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
        DnsResponseCode code = broken.get(name);
        List<Entry> entries = zone.get(name);
        if (code != null || entries == null) {
            response.setCode(code != null ? code : DnsResponseCode.NXDOMAIN);
            return;
        }
        List<Entry> answers = new ArrayList<>(entries);
        answers.removeIf(entry -> !entry.type.equals(question.type()) && !entry.type.equals(DnsRecordType.CNAME));
        if (datagram && answers.size() > FITTING) {
            response.setTruncated(true);
            return;
        }
        for (Entry entry : answers) {
            response.addRecord(
                    DnsSection.ANSWER,
                    new DefaultDnsRawRecord(
                            question.name(), entry.type, entry.ttl, Unpooled.wrappedBuffer(entry.content)));
        }
    }

    private DnsQuestion heard(DnsQuery query, String transport) {
        DnsQuestion question = query.recordAt(DnsSection.QUESTION);
        asked.add(transport + " " + question.type().name() + " " + question.name());
        return question;
    }

    private final class OverUdp extends SimpleChannelInboundHandler<DatagramDnsQuery> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
            DnsQuestion question = heard(query, "udp");
            if (answers(question)) {
                DatagramDnsResponse response = new DatagramDnsResponse(
                        /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
                fill(response, question, true);
                ctx.writeAndFlush(response);
            }
        }
    }

    private final class OverTcp extends SimpleChannelInboundHandler<DnsQuery> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DnsQuery query) {
            DnsQuestion question = heard(query, "tcp");
            if (answers(question)) {
                DnsResponse response = new DefaultDnsResponse(query.id());
                fill(response, question, false);
                ctx.writeAndFlush(response);
            }
        }
    }
}
