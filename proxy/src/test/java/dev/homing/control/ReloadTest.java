// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.GOOD;
import static dev.homing.control.ControlFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.BackendConfig;
import dev.homing.config.BackendConfig.State;
import dev.homing.config.Health;
import dev.homing.config.HomingConfig;
import dev.homing.health.Outcome;
import dev.homing.health.ProbeResult;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Pool;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a new configuration changes, and what it leaves alone. */
class ReloadTest {

    private final ControlFixture fixture = new ControlFixture();

    @Test
    void aBackendThatStaysKeepsItsSlotAndItsHealth() {
        fixture.answers("b", refused("b"));
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        Backend a = fixture.backend("a");
        fixture.answers("c", GOOD);

        fixture.apply(Configs.of(Configs.backend("c"), Configs.backend("b"), Configs.backend("a")));

        assertThat(fixture.backend("a")).isEqualTo(a);
        assertThat(fixture.healthy("b")).isFalse();
        assertThat(fixture.table().pools().get(0).backends())
                .extracting(Backend::id)
                .containsExactly("c", "b", "a");
        assertThat(fixture.transitions).containsExactly("default/c up probe");
    }

    @Test
    void aReloadIsOneTableThatIsNeverWithoutTheBackendsThatStay() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        int before = fixture.tables.size();
        fixture.answers("c", null);

        fixture.apply(Configs.of(Configs.backend("a"), Configs.backend("c")));

        assertThat(fixture.tables).hasSize(before + 1);
        assertThat(fixture.table().pools().get(0).eligible())
                .extracting(Backend::id)
                .containsExactly("a");
        assertThat(fixture.placed.get(before)).extracting(Placed::slot).containsExactly(0, 2);
        assertThat(fixture.transitions).containsExactly("default/b off reload");
    }

    @Test
    void thePlacesAreTheSameListUntilTheConfigurationChanges() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));

        assertThat(fixture.placed).hasSize(3).allMatch(list -> list == fixture.placed.get(0));
    }

    @Test
    void aSlotIsNeverGivenToAnotherBackend() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        int b = fixture.backend("b").slot();

        fixture.apply(Configs.of(Configs.backend("a"), Configs.backend("c")));
        int c = fixture.backend("c").slot();
        fixture.apply(Configs.of(Configs.backend("a"), Configs.backend("b"), Configs.backend("c")));

        assertThat(c).isNotEqualTo(b);
        assertThat(fixture.backend("b").slot()).isEqualTo(b);
        assertThat(fixture.backend("c").slot()).isEqualTo(c);
    }

    @Test
    void equalIdsInTwoPoolsAreTwoBackends() {
        fixture.startGood(
                Configs.of(Configs.pool("chat", Configs.backend("a")), Configs.pool("embed", Configs.backend("a"))));

        assertThat(fixture.loop.backends()).extracting(BackendView::slot).doesNotHaveDuplicates();
    }

    @Test
    void aPoolKeepsItsNumberWhereverItStands() {
        fixture.startGood(
                Configs.of(Configs.pool("chat", Configs.backend("a")), Configs.pool("embed", Configs.backend("b"))));

        fixture.apply(
                Configs.of(Configs.pool("new", Configs.backend("c")), Configs.pool("embed", Configs.backend("b"))));
        fixture.apply(
                Configs.of(Configs.pool("embed", Configs.backend("b")), Configs.pool("chat", Configs.backend("a"))));

        assertThat(fixture.tables.get(0).pools()).extracting(Pool::index).containsExactly(0, 1);
        assertThat(fixture.table().pools()).extracting(Pool::name).containsExactly("embed", "chat");
        assertThat(fixture.table().pools()).extracting(Pool::index).containsExactly(1, 0);
    }

    @Test
    void aRemovedBackendIsProbedNoMoreAndNothingOfItCounts() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        int b = fixture.backend("b").slot();

        fixture.apply(Configs.of(Configs.backend("a")));
        long probes = fixture.probesOf("b");
        fixture.loop.outcome(b, Outcome.LOADING);
        fixture.seconds(10);

        assertThat(fixture.probesOf("b")).isEqualTo(probes);
        assertThat(fixture.transitions).containsExactly("default/b off reload");
        assertThat(fixture.loop.backends()).extracting(BackendView::id).containsExactly("a");
    }

    @Test
    void aBackendThatComesBackIsProbedAnew() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.apply(Configs.of(Configs.backend("a")));
        fixture.answers("b", null);

        fixture.apply(Configs.of(Configs.backend("a"), Configs.backend("b")));

        assertThat(fixture.healthy("b")).isFalse();
    }

    @Test
    void aMovedAddressServesOnUntilItsFirstProbeDecides() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.answers("a2", null);

        fixture.apply(Configs.of(Configs.backend("a", "http://a2:8000", State.READY), Configs.backend("b")));
        assertThat(fixture.healthy("a")).isTrue();
        assertThat(fixture.probesOf("a2")).isEqualTo(1);

        fixture.asked.get(fixture.asked.size() - 1).answer().complete(new ProbeResult.Failed("cannot resolve a2"));
        fixture.scheduler.run();
        assertThat(fixture.healthy("a")).isFalse();
    }

    @Test
    void anAnswerFromTheOldAddressDoesNotCount() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.answers("a", null);
        fixture.seconds(2);
        var old = fixture.asked.stream()
                .filter(probe -> !probe.answer().isDone())
                .findFirst()
                .orElseThrow();
        fixture.answers("a2", GOOD);
        fixture.apply(Configs.of(Configs.backend("a", "http://a2:8000", State.READY), Configs.backend("b")));

        old.answer().complete(refused("a"));
        fixture.scheduler.run();

        assertThat(fixture.healthy("a")).isTrue();
        assertThat(fixture.transitions).isEmpty();
    }

    @Test
    void aBackendThatWasDownAtItsOldAddressNeedsOneGoodProbeAtTheNewOne() {
        fixture.answers("a", refused("a"));
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.answers("a2", GOOD);

        fixture.apply(Configs.of(Configs.backend("a", "http://a2:8000", State.READY), Configs.backend("b")));

        assertThat(fixture.healthy("a")).isTrue();
    }

    @Test
    void operatorsWishesEndWithAReload() {
        HomingConfig config = Configs.of(Configs.backend("a"), Configs.backend("b"));
        fixture.startGood(config);
        fixture.loop.setState(null, "a", BackendState.DRAIN, Duration.ofSeconds(30));
        fixture.scheduler.run();

        fixture.apply(config);
        fixture.seconds(60);

        assertThat(fixture.backend("a").state()).isEqualTo(BackendState.READY);
        assertThat(fixture.transitions).containsExactly("default/a drain operator", "default/a up reload");
    }

    @Test
    void theFilesStateAndWeightHoldFromTheReload() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        BackendConfig heavy = new BackendConfig("a", URI.create("http://a:8000"), 2.5, 0, State.DRAIN, Map.of());

        fixture.apply(Configs.of(heavy, Configs.backend("b")));

        assertThat(fixture.backend("a").weight()).isEqualTo(2.5);
        assertThat(fixture.backend("a").state()).isEqualTo(BackendState.DRAIN);
        assertThat(fixture.view("a").reason()).isEqualTo("state: drain");
        assertThat(fixture.transitions).containsExactly("default/a drain reload");
    }

    @Test
    void healthSettingsHoldFromTheNextProbeWhichIsSentSoon() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        Health strict = new Health(
                "/v1/health", Duration.ofMillis(500), Duration.ofMillis(400), 1, 1, Configs.HEALTH.passive());
        fixture.answers("a", new ProbeResult.Answered(404, false));

        fixture.apply(Configs.of(Configs.pool("default", strict, Configs.backend("a"), Configs.backend("b"))));
        fixture.seconds(0.1);

        var last = fixture.asked.get(fixture.asked.size() - 1).target();
        assertThat(last.path()).isEqualTo("/v1/health");
        assertThat(last.timeout()).isEqualTo(Duration.ofMillis(400));
        assertThat(fixture.healthy("a")).isFalse();

        fixture.answers("a", GOOD);
        fixture.seconds(0.5);
        assertThat(fixture.healthy("a")).isTrue();
    }
}
