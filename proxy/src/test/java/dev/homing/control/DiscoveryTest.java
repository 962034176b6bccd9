// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.GOOD;
import static dev.homing.control.ControlFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.BackendConfig;
import dev.homing.config.HomingConfig;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Backends that are the replicas of a name: they come, they are missed, they leave, they come back. */
class DiscoveryTest {

    private static final BackendConfig NAME =
            Configs.backend("vllm", "dns+http://vllm.ns:8000/openai", BackendConfig.State.READY);

    private final ControlFixture fixture = new ControlFixture();

    /** Looked up every 5 s: the TTL of these answers is longer. */
    private void says(String... addresses) {
        fixture.names(
                "vllm.ns",
                new Names.Found(Stream.of(addresses).map(DiscoveryTest::replica).toList(), Duration.ofSeconds(30)));
    }

    private static Names.Replica replica(String address) {
        return new Names.Replica(address, address(address), 8000, 1);
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private void start(HomingConfig config) {
        for (int host = 1; host < 6; host++) {
            fixture.answers("10.0.0." + host, GOOD);
        }
        fixture.loop.start(config);
        fixture.scheduler.run();
    }

    private List<String> ids() {
        return fixture.table().pools().get(0).backends().stream()
                .map(Backend::id)
                .toList();
    }

    private List<String> eligible() {
        return fixture.table().pools().get(0).eligible().stream()
                .map(Backend::id)
                .toList();
    }

    @Test
    void everyAddressOfANameIsABackendThatIsProbedBeforeItServes() {
        says("10.0.0.2", "10.0.0.1");
        fixture.answers("10.0.0.3", null);
        start(Configs.of(NAME));

        assertThat(eligible()).containsExactly("vllm@10.0.0.1", "vllm@10.0.0.2");
        assertThat(fixture.loop.firstAnswers().toCompletableFuture()).isCompleted();
        assertThat(fixture.loop.firstProbes().toCompletableFuture()).isCompleted();
        assertThat(fixture.asked.get(0).target().requestTarget()).isEqualTo("/openai/health");
        assertThat(fixture.asked.get(0).target().authority()).isEqualTo("vllm.ns:8000");
        assertThat(fixture.asked.get(0).target().address().getAddress().getHostAddress())
                .isEqualTo("10.0.0.1");
        assertThat(fixture.view("vllm@10.0.0.1").url()).hasToString("http://10.0.0.1:8000/openai");
        assertThat(fixture.placed.get(fixture.placed.size() - 1))
                .extracting(Placed::address)
                .containsExactly(address("10.0.0.1"), address("10.0.0.2"));

        fixture.answers("10.0.0.3", null);
        says("10.0.0.1", "10.0.0.2", "10.0.0.3");
        fixture.seconds(5);
        assertThat(ids()).hasSize(3);
        assertThat(eligible()).hasSize(2);
        fixture.asked.get(fixture.asked.size() - 1).answer().complete(GOOD);
        fixture.scheduler.run();
        assertThat(eligible()).hasSize(3);
    }

    @Test
    void aNameIsAskedForAgainWhenItsTtlEndsButWithinTheBounds() {
        fixture.names("vllm.ns", new Names.Found(List.of(replica("10.0.0.1")), Duration.ofSeconds(2)));
        start(Configs.of(NAME));
        fixture.seconds(2);
        assertThat(fixture.asks).hasSize(2);

        fixture.names("vllm.ns", new Names.Found(List.of(replica("10.0.0.1")), Duration.ZERO));
        fixture.seconds(2);
        assertThat(fixture.asks).hasSize(3);
        fixture.seconds(0.999);
        assertThat(fixture.asks).hasSize(3);
        fixture.seconds(0.001);
        assertThat(fixture.asks).hasSize(4);

        says("10.0.0.1");
        fixture.seconds(1);
        assertThat(fixture.asks).hasSize(5);
        fixture.seconds(4.999);
        assertThat(fixture.asks).hasSize(5);
        fixture.seconds(0.001);
        assertThat(fixture.asks).hasSize(6);
    }

    @Test
    void aNameWithoutReplicasIsOneBackendThatIsDown() {
        start(Configs.of(NAME));

        assertThat(ids()).containsExactly("vllm");
        assertThat(eligible()).isEmpty();
        assertThat(fixture.view("vllm").reason()).isEqualTo("vllm.ns: there is no such name, or it has no address");
        assertThat(fixture.view("vllm").url()).isEqualTo(NAME.url());
        assertThat(fixture.transitions).containsExactly("default/vllm down probe");
        assertThat(fixture.loop.firstAnswers().toCompletableFuture()).isCompleted();
        assertThat(fixture.loop.firstProbes().toCompletableFuture()).isCompleted();
        assertThat(fixture.asked).isEmpty();

        fixture.seconds(20);
        assertThat(fixture.transitions).hasSize(1);
        assertThat(fixture.lookups).hasSize(5).containsOnly("default/vllm false");

        says("10.0.0.1");
        fixture.seconds(5);
        assertThat(ids()).containsExactly("vllm@10.0.0.1");
        assertThat(fixture.transitions).containsExactly("default/vllm down probe", "default/vllm@10.0.0.1 up probe");
        assertThat(fixture.lookups).endsWith("default/vllm true");
    }

    @Test
    void anEmptyAnswerChangesNothing() {
        says("10.0.0.1", "10.0.0.2");
        start(Configs.of(NAME));
        int tables = fixture.tables.size();

        fixture.names("vllm.ns", new Names.Nothing("vllm.ns: the name server says SERVFAIL"));
        fixture.seconds(600);

        assertThat(eligible()).containsExactly("vllm@10.0.0.1", "vllm@10.0.0.2");
        assertThat(fixture.tables).hasSize(tables);
    }

    @Test
    void aReplicaThatIsMissingFromThreeAnswersDrainsAndIsGoneWhenItIsDone() {
        says("10.0.0.1", "10.0.0.2");
        start(Configs.of(NAME));
        int slot = fixture.backend("vllm@10.0.0.2").slot();
        fixture.busy.add(slot);
        fixture.transitions.clear();

        says("10.0.0.1");
        fixture.seconds(10);
        assertThat(eligible()).hasSize(2);
        fixture.seconds(5);
        assertThat(eligible()).containsExactly("vllm@10.0.0.1");
        assertThat(fixture.backend("vllm@10.0.0.2").state()).isEqualTo(BackendState.DRAIN);
        assertThat(fixture.backend("vllm@10.0.0.2").keepsPinned()).isTrue();
        assertThat(fixture.view("vllm@10.0.0.2").reason()).isEqualTo("left its name");
        fixture.seconds(60);
        assertThat(ids()).hasSize(2);

        fixture.busy.clear();
        fixture.seconds(5);
        assertThat(ids()).containsExactly("vllm@10.0.0.1");
        assertThat(fixture.transitions)
                .containsExactly("default/vllm@10.0.0.2 drain discovery", "default/vllm@10.0.0.2 off discovery");
    }

    @Test
    void aReplicaThatLeftIsGoneAtOnceWhenItIsDown() {
        says("10.0.0.1", "10.0.0.2");
        start(Configs.of(NAME));
        fixture.busy.add(fixture.backend("vllm@10.0.0.2").slot());

        says("10.0.0.1");
        fixture.answers("10.0.0.2", refused("10.0.0.2"));
        fixture.seconds(15);

        assertThat(ids()).containsExactly("vllm@10.0.0.1");
    }

    @Test
    void aReplicaThatLeftIsGoneAtTheLatestWhenItsTimeIsOver() {
        says("10.0.0.1", "10.0.0.2");
        start(Configs.of(NAME));
        fixture.busy.add(fixture.backend("vllm@10.0.0.2").slot());

        says("10.0.0.1");
        fixture.seconds(15 + 5 * 60 - 5);
        assertThat(ids()).hasSize(2);
        fixture.seconds(5);
        assertThat(ids()).containsExactly("vllm@10.0.0.1");
    }

    @Test
    void aReplicaThatComesBackWhileItDrainsGoesOnAsBefore() {
        says("10.0.0.1", "10.0.0.2");
        start(Configs.of(NAME));
        Backend before = fixture.backend("vllm@10.0.0.2");
        fixture.busy.add(before.slot());
        says("10.0.0.1");
        fixture.seconds(20);

        says("10.0.0.1", "10.0.0.2");
        fixture.seconds(5);

        assertThat(fixture.backend("vllm@10.0.0.2")).isEqualTo(before);
        assertThat(eligible()).hasSize(2);
    }

    @Test
    void aReplicaThatComesBackLaterHasItsSlotAgain() {
        says("10.0.0.1", "10.0.0.2");
        start(Configs.of(NAME));
        int slot = fixture.backend("vllm@10.0.0.2").slot();
        says("10.0.0.1");
        fixture.seconds(20);
        assertThat(ids()).hasSize(1);

        says("10.0.0.1", "10.0.0.2");
        fixture.seconds(5);

        assertThat(fixture.backend("vllm@10.0.0.2").slot()).isEqualTo(slot);
    }

    @Test
    void whatIsKnownOfAReplicaIsForgottenWhenItHasBeenGoneForLong() {
        says("10.0.0.1", "10.0.0.2", "10.0.0.3");
        start(Configs.of(NAME));
        says("10.0.0.1");
        fixture.seconds(15);
        assertThat(ids()).hasSize(1);

        says("10.0.0.1", "10.0.0.3");
        fixture.seconds((double) (Backends.REMEMBERED.toSeconds() - 1));
        assertThat(fixture.forgotten).isEmpty();
        fixture.seconds(1);
        assertThat(fixture.forgotten).containsExactly("default/vllm@10.0.0.2");
    }

    @Test
    void aTargetKeepsItsIdAndItsHealthAtAnotherAddressUntilTheFirstProbeThere() {
        fixture.names("vllm.ns", target("10.0.0.1"));
        start(Configs.of(NAME));
        String id = "vllm@vllm-0.vllm.ns:8000";
        int slot = fixture.backend(id).slot();

        fixture.answers("10.0.0.9", null);
        fixture.names("vllm.ns", target("10.0.0.9"));
        fixture.seconds(5);

        assertThat(ids()).containsExactly(id);
        assertThat(fixture.backend(id).slot()).isEqualTo(slot);
        assertThat(fixture.healthy(id)).isTrue();
        assertThat(fixture.view(id).url()).hasToString("http://10.0.0.9:8000/openai");
        fixture.asked.get(fixture.asked.size() - 1).answer().complete(refused("10.0.0.9"));
        fixture.scheduler.run();
        assertThat(fixture.healthy(id)).isFalse();
    }

    private static Names.Answer target(String address) {
        return new Names.Found(
                List.of(new Names.Replica("vllm-0.vllm.ns:8000", address(address), 8000, 1)), Duration.ofSeconds(30));
    }

    @Test
    void sharesOfNewSessionsAreThoseOfTheNameTimesThoseOfItsRecords() {
        fixture.names(
                "vllm.ns",
                new Names.Found(
                        List.of(new Names.Replica("10.0.0.1", address("10.0.0.1"), 8000, 0.5)),
                        Duration.ofSeconds(30)));
        start(Configs.of(new BackendConfig("vllm", NAME.url(), 3, 7, BackendConfig.State.DRAIN, Map.of())));

        Backend replica = fixture.backend("vllm@10.0.0.1");
        assertThat(replica.weight()).isEqualTo(1.5);
        assertThat(replica.maxInflight()).isEqualTo(7);
        assertThat(replica.state()).isEqualTo(BackendState.DRAIN);
    }

    @Test
    void namesAndBackendsOfTheFileStandTogetherInItsOrder() {
        says("10.0.0.1", "10.0.0.2");
        fixture.answers("a", GOOD);
        fixture.answers("z", GOOD);
        start(Configs.of(Configs.backend("z"), NAME, Configs.backend("a")));

        assertThat(ids()).containsExactly("z", "vllm@10.0.0.1", "vllm@10.0.0.2", "a");
    }

    @Test
    void oneAddressUnderTwoNamesIsTwoBackends() {
        says("10.0.0.1");
        start(Configs.of(NAME, new BackendConfig("rank1", NAME.url(), 1, 0, BackendConfig.State.READY, Map.of())));

        assertThat(ids()).containsExactly("vllm@10.0.0.1", "rank1@10.0.0.1");
    }

    @Test
    void anOperatorsWishHoldsOverAnswersAndUntilTheNextReload() {
        says("10.0.0.1", "10.0.0.2");
        HomingConfig config = Configs.of(NAME);
        start(config);

        fixture.loop.setState(null, "vllm@10.0.0.1", BackendState.OFF, null);
        says("10.0.0.1", "10.0.0.2", "10.0.0.3");
        fixture.seconds(10);
        assertThat(eligible()).containsExactly("vllm@10.0.0.2", "vllm@10.0.0.3");

        fixture.apply(config);
        assertThat(eligible()).hasSize(3);
    }

    @Test
    void aReloadKeepsTheReplicasOfANameThatStays() {
        says("10.0.0.1", "10.0.0.2");
        start(Configs.of(NAME));
        int asks = fixture.asks.size();
        List<Backend> before = fixture.table().pools().get(0).backends();
        fixture.transitions.clear();

        fixture.apply(Configs.of(NAME));

        assertThat(fixture.table().pools().get(0).backends()).isEqualTo(before);
        assertThat(fixture.asks).hasSize(asks);
        assertThat(fixture.transitions).isEmpty();
    }

    @Test
    void aReloadThatTakesANameAwayTakesItsReplicasAway() {
        says("10.0.0.1");
        start(Configs.of(NAME));
        fixture.answers("a", GOOD);

        fixture.apply(Configs.of(Configs.backend("a")));
        int asks = fixture.asks.size();
        fixture.seconds(60);

        assertThat(ids()).containsExactly("a");
        assertThat(fixture.asks).hasSize(asks);
    }

    @Test
    void ofAnotherNameUnderTheSameIdTheFirstAnswerDecides() {
        says("10.0.0.1", "10.0.0.2");
        start(Configs.of(NAME));
        fixture.busy.add(fixture.backend("vllm@10.0.0.1").slot());
        fixture.names(
                "other.ns", new Names.Found(List.of(replica("10.0.0.2"), replica("10.0.0.3")), Duration.ofSeconds(30)));

        fixture.apply(
                Configs.of(Configs.backend("vllm", "dns+http://other.ns:8000/openai", BackendConfig.State.READY)));

        assertThat(eligible()).containsExactly("vllm@10.0.0.2", "vllm@10.0.0.3");
        assertThat(fixture.backend("vllm@10.0.0.1").state()).isEqualTo(BackendState.DRAIN);
    }

    @Test
    void aBackendOfTheFileThatBecomesANameServesNothingUntilTheNameIsKnown() {
        fixture.startGood(Configs.of(Configs.backend("vllm")));

        fixture.apply(Configs.of(NAME));

        assertThat(ids()).containsExactly("vllm");
        assertThat(eligible()).isEmpty();
        assertThat(fixture.backend("vllm").keepsPinned()).isFalse();
        int probes = fixture.asked.size();
        fixture.seconds(30);
        assertThat(fixture.asked).hasSize(probes);

        fixture.answers("vllm", GOOD);
        fixture.apply(Configs.of(Configs.backend("vllm")));
        assertThat(eligible()).containsExactly("vllm");
    }

    @Test
    void anHttpsNameIsAddressedAndVerifiedByWhatTheFileSays() {
        says("10.0.0.1");
        start(Configs.of(new BackendConfig(
                "vllm", URI.create("dns+https://vllm.ns:8000"), 1, 0, BackendConfig.State.READY, Map.of())));

        assertThat(fixture.asked.get(0).target().https()).isTrue();
        assertThat(fixture.asked.get(0).target().host()).isEqualTo("vllm.ns");
        assertThat(fixture.asked.get(0).target().address().getHostString()).isEqualTo("vllm.ns");
        assertThat(fixture.asked.get(0).target().address().getAddress()).isEqualTo(address("10.0.0.1"));
    }

    @Test
    void nothingIsAskedForOnceTheLoopIsClosed() {
        says("10.0.0.1");
        start(Configs.of(NAME));

        fixture.loop.close();
        fixture.scheduler.run();
        int asks = fixture.asks.size();
        fixture.seconds(60);

        assertThat(fixture.asks).hasSize(asks);
    }
}
