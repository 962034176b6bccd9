// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.config.BackendConfig.State;
import dev.homing.routing.BackendState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What operators do to backends through the admin API. */
class OperatorTest {

    private final ControlFixture fixture = new ControlFixture();

    private StateChange set(@Nullable String pool, String id, BackendState state, @Nullable Duration deadline) {
        CompletableFuture<StateChange> change =
                fixture.loop.setState(pool, id, state, deadline).toCompletableFuture();
        fixture.scheduler.run();
        return change.join();
    }

    @Test
    void aDrainKeepsTheSessionsUntilItsDeadline() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));

        set(null, "a", BackendState.DRAIN, Duration.ofMinutes(10));
        assertThat(fixture.backend("a").takesNew()).isFalse();
        assertThat(fixture.backend("a").keepsPinned()).isTrue();
        assertThat(fixture.view("a").reason()).isEqualTo("by an operator, off in 10m");

        fixture.seconds(599.999);
        assertThat(fixture.backend("a").keepsPinned()).isTrue();
        fixture.seconds(0.001);
        assertThat(fixture.backend("a").keepsPinned()).isFalse();
        assertThat(fixture.view("a").reason()).isEqualTo("drained past its deadline");
        assertThat(fixture.transitions).containsExactly("default/a drain operator", "default/a off deadline");
    }

    @Test
    void aLaterWishReplacesTheDeadline() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));

        set(null, "a", BackendState.DRAIN, Duration.ofSeconds(10));
        set(null, "a", BackendState.READY, null);
        fixture.seconds(60);
        assertThat(fixture.backend("a").takesNew()).isTrue();

        set(null, "a", BackendState.DRAIN, Duration.ofSeconds(10));
        set(null, "a", BackendState.DRAIN, null);
        fixture.seconds(60);
        assertThat(fixture.backend("a").keepsPinned()).isTrue();
    }

    @Test
    void theChangeTellsTheBackendAsItNowIs() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        fixture.seconds(5);

        StateChange change = set(null, "a", BackendState.OFF, null);

        assertThat(change).isInstanceOf(StateChange.Changed.class);
        BackendView view = ((StateChange.Changed) change).backend();
        assertThat(view).isEqualTo(fixture.view("a"));
        assertThat(view.state()).isEqualTo(BackendState.OFF);
        assertThat(view.healthy()).isTrue();
        assertThat(view.sinceEpochMillis()).isEqualTo(2_000);
    }

    @Test
    void aBackendThatIsOffIsStillProbedButNobodyIsWarned() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));
        set(null, "a", BackendState.OFF, null);
        fixture.answers("a", refused("a"));
        fixture.seconds(2);

        assertThat(fixture.view("a").healthy()).isFalse();
        assertThat(fixture.view("a").reason()).isEqualTo("by an operator; probe refused (connect to a:8000)");
        assertThat(fixture.transitions).containsExactly("default/a off operator");

        set(null, "a", BackendState.READY, null);
        assertThat(fixture.transitions).containsExactly("default/a off operator", "default/a down operator");
    }

    @Test
    void aDrainingBackendThatFailsIsDownAndThenDrainsOn() {
        fixture.startGood(Configs.of(Configs.backend("a", "http://a:8000", State.DRAIN), Configs.backend("b")));
        fixture.answers("a", refused("a"));
        fixture.seconds(2);
        fixture.answers("a", ControlFixture.GOOD);
        fixture.seconds(4);

        assertThat(fixture.transitions).containsExactly("default/a down refused", "default/a drain recovered");
    }

    @Test
    void aWishThatChangesNothingIsNoTransition() {
        fixture.startGood(Configs.of(Configs.backend("a"), Configs.backend("b")));

        set(null, "a", BackendState.READY, null);

        assertThat(fixture.transitions).isEmpty();
    }

    @Test
    void anIdThatRepeatsNeedsItsPool() {
        fixture.startGood(
                Configs.of(Configs.pool("chat", Configs.backend("a")), Configs.pool("embed", Configs.backend("a"))));

        assertThat(set(null, "a", BackendState.OFF, null))
                .isEqualTo(new StateChange.Ambiguous(List.of("chat", "embed")));
        assertThat(set("embed", "a", BackendState.OFF, null)).isInstanceOf(StateChange.Changed.class);
        assertThat(fixture.loop.backends())
                .extracting(BackendView::state)
                .containsExactly(BackendState.READY, BackendState.OFF);
    }

    @Test
    void whatDoesNotExistIsNotFound() {
        fixture.startGood(Configs.of(Configs.backend("a")));

        assertThat(set(null, "z", BackendState.OFF, null)).isEqualTo(new StateChange.NotFound());
        assertThat(set("z", "a", BackendState.OFF, null)).isEqualTo(new StateChange.NotFound());
    }

    @Test
    void onlyADrainHasADeadline() {
        assertThatThrownBy(() -> fixture.loop.setState(null, "a", BackendState.OFF, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deadline: PT1S (expected: none, but for a drain)");
    }
}
