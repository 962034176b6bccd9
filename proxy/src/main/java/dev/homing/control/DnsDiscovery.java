// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.Address;
import dev.homing.config.DnsName;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks name servers over UDP, and over TCP what does not fit. Search domains, aliases and the machine's file of hosts count as they do for any
 * program. Works on one event loop, which it never blocks.
 */
public final class DnsDiscovery implements Names, AutoCloseable {

    /** A bound on what is looked up for one name: the targets of its SRV records. */
    private static final int MOST_TARGETS = Membership.MOST + 1;

    private final EventLoop loop;
    private final Class<? extends DatagramChannel> datagram;
    private final Class<? extends SocketChannel> socket;

    /** By the servers that they ask; the loop's own. A configuration that names others leaves the earlier ones here, which cost a socket each. */
    private final Map<List<Address>, DnsNameResolver> resolvers = new HashMap<>();

    /** @param loop of a transport that has those channels */
    public DnsDiscovery(
            EventLoop loop, Class<? extends DatagramChannel> datagram, Class<? extends SocketChannel> socket) {
        this.loop = loop;
        this.datagram = datagram;
        this.socket = socket;
    }

    @Override
    public CompletionStage<Answer> ask(DnsName name, List<Address> servers) {
        return CompletableFuture.completedFuture(servers)
                .thenApplyAsync(this::resolver, loop)
                .thenCompose(resolver -> name.isService() ? service(resolver, name) : plain(resolver, name))
                .exceptionally(failure -> new Nothing(reason(name.host(), failure)));
    }

    @Override
    public void close() {
        loop.execute(() -> resolvers.values().forEach(DnsNameResolver::close));
    }

    private DnsNameResolver resolver(List<Address> servers) {
        return resolvers.computeIfAbsent(servers, asked -> {
            DnsNameResolverBuilder builder = new DnsNameResolverBuilder(loop)
                    .datagramChannelType(datagram)
                    .socketChannelType(socket);
            if (!asked.isEmpty()) {
                builder.nameServerProvider(new SequentialDnsServerAddressStreamProvider(asked.stream()
                        .map(server -> new InetSocketAddress(server.host(), server.port()))
                        .toList()));
            }
            return builder.build();
        });
    }

    private static CompletionStage<Answer> plain(DnsNameResolver resolver, DnsName name) {
        return addresses(resolver, name.host())
                .thenApply(found -> new Found(
                        found.values().stream()
                                .map(address -> new Replica(NetUtil.toAddressString(address), address, name.port(), 1))
                                .toList(),
                        found.ttl()));
    }

    /** Those of the lowest priority are the replicas; others would be their substitutes, and are none as long as these exist. */
    private static CompletionStage<Answer> service(DnsNameResolver resolver, DnsName name) {
        return records(resolver, name.host(), DnsRecordType.SRV, Target::of).thenCompose(found -> {
            int first = found.values().stream().mapToInt(Target::priority).min().orElse(0);
            List<Target> targets = found.values().stream()
                    .filter(target -> target.priority() == first)
                    .sorted(Comparator.comparing(Target::label))
                    .limit(MOST_TARGETS)
                    .toList();
            CompletableFuture<Records<Replica>> all =
                    CompletableFuture.completedFuture(new Records<>(List.of(), found.ttl()));
            for (Target target : targets) {
                all = all.thenCombine(replica(resolver, target, targets), Records::and);
            }
            return all.thenApply(known -> known.values().isEmpty()
                    ? new Nothing(name.host() + ": none of its " + targets.size() + " SRV targets has an address")
                    : new Found(known.values(), known.ttl()));
        });
    }

    /** A target without an address is not there at the moment; nothing else is said of it. */
    private static CompletableFuture<Records<Replica>> replica(
            DnsNameResolver resolver, Target target, List<Target> all) {
        double mean = all.stream().mapToInt(Target::weight).average().orElse(0);
        // a weight of 0 beside others is "a very small chance", RFC 2782
        double share = mean == 0 ? 1 : Math.max(0.01, target.weight() / mean);
        return addresses(resolver, target.host())
                .thenApply(found -> new Records<>(
                        List.of(new Replica(target.label(), found.values().get(0), target.port(), share)), found.ttl()))
                .exceptionally(failure -> new Records<>(List.of(), Duration.ofSeconds(Integer.MAX_VALUE)));
    }

    /** IPv4 where there is any, else IPv6: of a replica with both, nothing says that they belong together. In a fixed order. */
    private static CompletableFuture<Records<InetAddress>> addresses(DnsNameResolver resolver, String host) {
        return records(resolver, host, DnsRecordType.A, DnsDiscovery::address)
                .exceptionallyCompose(failure -> isAbsence(failure)
                        ? records(resolver, host, DnsRecordType.AAAA, DnsDiscovery::address)
                        : CompletableFuture.failedFuture(failure))
                .toCompletableFuture()
                .thenApply(found -> new Records<>(
                        found.values().stream()
                                .distinct()
                                .sorted(Comparator.comparing(InetAddress::getAddress, Arrays::compareUnsigned))
                                .toList(),
                        found.ttl()));
    }

    private static <T> CompletableFuture<Records<T>> records(
            DnsNameResolver resolver, String host, DnsRecordType type, Reading<T> reading) {
        CompletableFuture<Records<T>> result = new CompletableFuture<>();
        resolver.resolveAll(new DefaultDnsQuestion(host, type)).addListener((Future<List<DnsRecord>> asked) -> {
            if (!asked.isSuccess()) {
                result.completeExceptionally(asked.cause());
                return;
            }
            Records<T> read = read(asked.getNow(), type, reading);
            if (read.values().isEmpty()) {
                result.completeExceptionally(new UnknownHostException(host));
            } else {
                result.complete(read);
            }
        });
        return result;
    }

    private static <T> Records<T> read(List<DnsRecord> records, DnsRecordType type, Reading<T> reading) {
        List<T> values = new ArrayList<>();
        long ttl = Long.MAX_VALUE;
        for (DnsRecord record : records) {
            try {
                T value = record instanceof DnsRawRecord raw && record.type().equals(type)
                        ? reading.read(raw.content())
                        : null;
                if (value != null) {
                    values.add(value);
                    ttl = Math.min(ttl, record.timeToLive());
                }
            } finally {
                ReferenceCountUtil.release(record);
            }
        }
        return new Records<>(values, Duration.ofSeconds(Math.min(ttl, Integer.MAX_VALUE)));
    }

    private static @Nullable InetAddress address(ByteBuf content) {
        byte[] bytes = new byte[content.readableBytes()];
        content.getBytes(content.readerIndex(), bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null; // neither 4 nor 16 bytes
        }
    }

    /** Whether it was said that there is no such record; silence and broken servers are something else. */
    private static boolean isAbsence(Throwable failure) {
        Throwable cause = cause(failure);
        if (!(cause instanceof UnknownHostException)) {
            return false;
        }
        Throwable why = cause.getCause();
        return why == null
                || (why instanceof DnsErrorCauseException told && told.getCode().equals(DnsResponseCode.NXDOMAIN));
    }

    private static String reason(String host, Throwable failure) {
        Throwable cause = cause(failure);
        Throwable why = cause.getCause() == null ? cause : cause.getCause();
        if (isAbsence(failure)) {
            return host + ": there is no such name, or it has no address";
        }
        return host + ": "
                + (why instanceof DnsErrorCauseException told
                        ? "the name server says " + told.getCode()
                        : Objects.requireNonNullElse(why.getMessage(), why.toString()));
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Makes a value of a record's data, null when it is none. */
    private interface Reading<T> {

        @Nullable T read(ByteBuf content);
    }

    /**
     * What was found.
     *
     * @param ttl the least of all
     */
    private record Records<T>(List<T> values, Duration ttl) {

        Records<T> and(Records<T> more) {
            List<T> all = new ArrayList<>(values);
            all.addAll(more.values());
            return new Records<>(all, more.ttl().compareTo(ttl) < 0 ? more.ttl() : ttl);
        }
    }

    /** The data of one SRV record, RFC 2782. */
    private record Target(int priority, int weight, int port, String host) {

        /** Null for a service that is decidedly not available, which has a target of {@code .}, and for what is no such data. */
        static @Nullable Target of(ByteBuf content) {
            ByteBuf data = content.duplicate();
            if (data.readableBytes() < 7) {
                return null;
            }
            int priority = data.readUnsignedShort();
            int weight = data.readUnsignedShort();
            int port = data.readUnsignedShort();
            try {
                String host = DefaultDnsRecordDecoder.decodeName(data);
                return host.equals(".") || port == 0 ? null : new Target(priority, weight, port, host);
            } catch (CorruptedFrameException e) {
                return null;
            }
        }

        String label() {
            String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
            return name.toLowerCase(Locale.ROOT) + ":" + port;
        }
    }
}
