// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.BackendConfig;
import dev.homing.config.DnsName;
import dev.homing.config.PoolSettings;
import dev.homing.config.Secret;
import dev.homing.config.UpstreamRules;
import dev.homing.control.DnsDiscovery;
import dev.homing.control.Names;
import dev.homing.control.Replicas;
import dev.homing.health.BackendTarget;
import dev.homing.health.HttpFetch;
import dev.homing.survey.Finding;
import dev.homing.survey.Survey;
import dev.homing.survey.Surveyor;
import dev.homing.survey.Trial;
import dev.homing.survey.Trials;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A command that asks backends what they are, with an event loop of its own. Names, keys and certificates count as they do for a running proxy. */
final class Enquiry implements AutoCloseable {

    /** As {@code health.timeout} is by default. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** Long enough to wait for a slot of a busy engine. */
    private static final Duration GENERATION = Duration.ofMinutes(1);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("homing-enquiry", true), NioIoHandler.newFactory());
    private final DnsAddressResolverGroup resolver =
            new DnsAddressResolverGroup(new DnsNameResolverBuilder().datagramChannelType(NioDatagramChannel.class));
    private final DnsDiscovery names = new DnsDiscovery(loops.next(), NioDatagramChannel.class, NioSocketChannel.class);
    private final Surveyor surveyor;
    private final Trials trials;

    Enquiry() {
        UpstreamTls tls = new UpstreamTls();
        HttpFetch fetch = new HttpFetch(
                loops,
                NioSocketChannel::new,
                resolver,
                tls::context,
                "homing/" + BuildInfo.read().version());
        this.surveyor = new Surveyor(fetch);
        this.trials = new Trials(fetch);
    }

    /**
     * One that a backend of the configuration stands for: itself, or a replica of its name.
     *
     * @param address that the name was found to have; null for one that is no name's
     */
    record Member(BackendConfig backend, @Nullable InetAddress address) {}

    /**
     * The members of a backend, or why a name has none.
     *
     * @param missing null when there are members
     */
    record Members(List<Member> list, @Nullable String missing) {}

    /** Asks name servers when the backend is a name. */
    CompletionStage<Members> members(BackendConfig backend, PoolSettings settings) {
        DnsName name = backend.name();
        if (name == null) {
            return CompletableFuture.completedStage(new Members(List.of(new Member(backend, null)), null));
        }
        return names.ask(name, settings.upstream().dns().servers())
                .thenApply(answer -> answer instanceof Names.Found found
                        ? new Members(
                                found.replicas().stream()
                                        .map(replica ->
                                                new Member(Replicas.of(backend, name, replica), replica.address()))
                                        .toList(),
                                null)
                        : new Members(List.of(), ((Names.Nothing) answer).reason()));
    }

    /** Asks what it is; never fails. */
    CompletionStage<Survey> survey(BackendTarget target) {
        return surveyor.survey(target);
    }

    /**
     * Asks backends that are in no configuration yet, all at once.
     *
     * @param key sent to them; null = none
     * @param ca the file with the authority of https backends; null = the system's ones
     * @return in the same order
     */
    List<Survey> surveys(List<URI> urls, @Nullable String key, @Nullable Path ca) {
        Secret authorization = key == null ? null : new Secret("Bearer " + key);
        UpstreamRules.Tls tls = new UpstreamRules.Tls(ca, null, null);
        List<CompletableFuture<Survey>> asked = urls.stream()
                .map(url -> new BackendTarget(
                        new BackendTarget.Where(url, null), "/health", Map.of(), authorization, tls, ANSWER))
                .map(target -> survey(target).toCompletableFuture())
                .toList();
        return asked.stream().map(CompletableFuture::join).toList();
    }

    /** Has it generate two tokens if it is ready; null when it is not. */
    CompletionStage<@Nullable Trial> trial(BackendTarget target, Survey survey) {
        if (!(survey.finding() instanceof Finding.Ready)) {
            return CompletableFuture.completedStage(null);
        }
        BackendTarget patient = new BackendTarget(
                target.where(), target.path(), target.headers(), target.authorization(), target.tls(), GENERATION);
        return trials.of(patient, survey).thenApply(trial -> trial);
    }

    @Override
    public void close() {
        names.close();
        resolver.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
