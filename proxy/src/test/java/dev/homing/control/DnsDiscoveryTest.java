// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.homing.config.Address;
import dev.homing.config.DnsName;
import dev.homing.control.Names.Found;
import dev.homing.control.Names.Nothing;
import dev.homing.control.Names.Replica;
import dev.homing.wire.NameServer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What name servers are asked, and what is made of their answers. */
class DnsDiscoveryTest {

    private static final String NAME = "vllm.test.";
    private static final String SERVICE = "_http._tcp.vllm.test.";

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final DnsDiscovery discovery =
            new DnsDiscovery(loops.next(), NioDatagramChannel.class, NioSocketChannel.class);
    private NameServer server;

    @BeforeEach
    void start() {
        server = NameServer.start();
    }

    @AfterEach
    void stop() {
        discovery.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
        server.close();
    }

    private Names.Answer ask(String host, int port) {
        Address address = new Address(
                server.address().getAddress().getHostAddress(), server.address().getPort());
        return discovery
                .ask(new DnsName(host, port), List.of(address))
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private Found found(String host, int port) {
        Names.Answer answer = ask(host, port);
        assertThat(answer).isInstanceOf(Found.class);
        return (Found) answer;
    }

    private String nothing(String host, int port) {
        Names.Answer answer = ask(host, port);
        assertThat(answer).isInstanceOf(Nothing.class);
        return ((Nothing) answer).reason();
    }

    @Test
    void everyAddressOfANameIsAReplicaOnThePortOfTheUrl() {
        server.addresses(NAME, 7, "10.0.0.2", "10.0.0.1", "10.0.0.2");

        Found found = found(NAME, 8000);

        assertThat(found.replicas()).extracting(Replica::label).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(found.replicas()).extracting(Replica::port).containsOnly(8000);
        assertThat(found.replicas()).extracting(Replica::share).containsOnly(1.0);
        assertThat(found.replicas().get(0).address().getHostAddress()).isEqualTo("10.0.0.1");
        assertThat(found.ttl()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void aNameIsAskedForAnewEachTime() {
        server.addresses(NAME, 3600, "10.0.0.1");
        assertThat(found(NAME, 8000).replicas()).hasSize(1);

        server.addresses(NAME, 3600, "10.0.0.1", "10.0.0.2");

        assertThat(found(NAME, 8000).replicas()).hasSize(2);
    }

    @Test
    void sixthVersionAddressesCountWhereThereAreNoOthers() {
        server.addresses(NAME, 7, "fd00::2", "fd00::1");
        assertThat(found(NAME, 8000).replicas()).extracting(Replica::label).containsExactly("fd00::1", "fd00::2");

        server.addresses(NAME, 7, "fd00::2", "10.0.0.1", "fd00::1");
        assertThat(found(NAME, 8000).replicas()).extracting(Replica::label).containsExactly("10.0.0.1");
    }

    @Test
    void anAliasIsFollowed() {
        server.alias(NAME, 30, "pods.elsewhere.test.");
        server.addresses("pods.elsewhere.test.", 9, "10.0.0.1");

        assertThat(found(NAME, 8000).replicas()).extracting(Replica::label).containsExactly("10.0.0.1");
    }

    @Test
    void whatDoesNotFitInADatagramIsAskedForOverTcp() {
        String[] addresses =
                IntStream.range(0, 200).mapToObj(host -> "10.0.1." + host).toArray(String[]::new);
        server.addresses(NAME, 7, addresses);

        assertThat(found(NAME, 8000).replicas()).hasSize(200);
        assertThat(server.asked()).containsExactly("udp A " + NAME, "tcp A " + NAME);
    }

    @Test
    void theTargetsOfSrvRecordsAreReplicasUnderTheirOwnNames() {
        server.services(SERVICE, 30, "0 33 8000 vllm-1.vllm.test.", "0 33 8001 VLLM-0.vllm.test.");
        server.addresses("vllm-0.vllm.test.", 5, "10.0.0.7");
        server.addresses("vllm-1.vllm.test.", 60, "10.0.0.6");

        Found found = found(SERVICE, 0);

        assertThat(found.replicas())
                .extracting(Replica::label)
                .containsExactly("vllm-0.vllm.test:8001", "vllm-1.vllm.test:8000");
        assertThat(found.replicas()).extracting(Replica::port).containsExactly(8001, 8000);
        assertThat(found.replicas().get(0).address().getHostAddress()).isEqualTo("10.0.0.7");
        assertThat(found.replicas()).extracting(Replica::share).containsOnly(1.0);
        assertThat(found.ttl()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void weightsOfSrvRecordsAreSharesThatAreOneInTheMean() {
        server.services(SERVICE, 30, "0 10 8000 a.test.", "0 30 8000 b.test.", "0 0 8000 c.test.");
        for (String target : List.of("a.test.", "b.test.", "c.test.")) {
            server.addresses(target, 5, "10.0.0.1");
        }

        List<Replica> replicas = found(SERVICE, 0).replicas();

        assertThat(replicas.get(0).share()).isCloseTo(0.75, within(1e-9));
        assertThat(replicas.get(1).share()).isCloseTo(2.25, within(1e-9));
        assertThat(replicas.get(2).share()).isEqualTo(0.01);
    }

    @Test
    void weightsOfZeroAreEqualAmongThemselves() {
        server.services(SERVICE, 30, "0 0 8000 a.test.", "0 0 8000 b.test.");
        server.addresses("a.test.", 5, "10.0.0.1");
        server.addresses("b.test.", 5, "10.0.0.2");

        assertThat(found(SERVICE, 0).replicas()).extracting(Replica::share).containsOnly(1.0);
    }

    @Test
    void onlyTheLowestPriorityCounts() {
        server.services(SERVICE, 30, "20 1 8000 spare.test.", "10 1 8000 a.test.");
        server.addresses("a.test.", 5, "10.0.0.1");
        server.addresses("spare.test.", 5, "10.0.0.2");

        assertThat(found(SERVICE, 0).replicas()).extracting(Replica::label).containsExactly("a.test:8000");
    }

    @Test
    void aTargetWithoutAnAddressIsNotThere() {
        server.services(SERVICE, 30, "0 1 8000 a.test.", "0 1 8000 gone.test.");
        server.addresses("a.test.", 5, "10.0.0.1");
        assertThat(found(SERVICE, 0).replicas()).extracting(Replica::label).containsExactly("a.test:8000");

        server.forget("a.test.");
        assertThat(nothing(SERVICE, 0)).isEqualTo(SERVICE + ": none of its 2 SRV targets has an address");
    }

    @Test
    void aServiceThatIsDecidedlyNotThereHasNoReplica() {
        server.services(SERVICE, 30, "0 0 0 .");

        assertThat(nothing(SERVICE, 0)).isEqualTo(SERVICE + ": there is no such name, or it has no address");
    }

    @Test
    void aNameThatDoesNotExistOrHasNoAddressHasNoReplica() {
        assertThat(nothing(NAME, 8000)).isEqualTo(NAME + ": there is no such name, or it has no address");

        server.services(NAME, 30, "0 1 8000 a.test.");
        assertThat(nothing(NAME, 8000)).isEqualTo(NAME + ": there is no such name, or it has no address");
    }

    @Test
    void aBrokenNameServerIsNoProofThatThereIsNoOtherKindOfAddress() {
        server.addresses(NAME, 7, "10.0.0.1");
        server.breaks(NAME, DnsResponseCode.SERVFAIL);

        assertThat(nothing(NAME, 8000)).isEqualTo(NAME + ": the name server says ServFail(2)");
        assertThat(server.asked()).doesNotContain("udp AAAA " + NAME);
    }

    @Test
    void aSilentNameServerIsGivenUpOn() {
        server.breaks(NAME, DnsResponseCode.NOERROR);

        assertThat(nothing(NAME, 8000)).contains("timed out");
    }

    @Test
    void aNameThatCannotBeAskedForHasNoReplica() {
        assertThat(nothing("x".repeat(64) + ".test.", 8000)).contains("x.test.: ");
    }

    @Test
    void theSystemsNameServersAreAskedWhenNoneAreGiven() {
        Names.Answer answer = discovery
                .ask(new DnsName("localhost", 8000), List.of())
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();

        assertThat(((Found) answer).replicas()).extracting(Replica::label).containsExactly("127.0.0.1");
    }
}
