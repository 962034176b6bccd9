// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.Life;
import dev.homing.routing.MoveReason;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.Router;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of sessions that had to move, when their first backend is back. */
class ReturnTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final PlacementRules HOME = PlacementRules.RENDEZVOUS.withReturnHome();
    private static final SessionKey KEY = Pools.session(1);

    private final Pool whole = Pools.of(HOME, Pools.of(4).backends());
    private final SessionTable table = new SessionTable(100_000, () -> 0);
    private final SessionRouter router = new SessionRouter(table, Router.PendingTokens.NONE);
    private final int first = request(whole).backend().slot();
    private final Pool without = Pools.failed(whole, first);

    @Test
    void aSessionReturnsToItsFirstBackendAndIsPinnedThereAgain() {
        assertThat(request(without).decision()).isEqualTo(Decision.REPINNED);

        Routed back = request(whole);

        assertThat(back.decision()).isEqualTo(Decision.RETURNED);
        assertThat(back.moved()).isEqualTo(MoveReason.RETURNED);
        assertThat(back.backend().slot()).isEqualTo(first);
        assertThat(request(whole).decision()).isEqualTo(Decision.PINNED);
        assertThat(table.sessions(first)).isEqualTo(1);
    }

    @Test
    void byDefaultItStaysWhereItIs() {
        Pool stay = Pools.of(PlacementRules.RENDEZVOUS, whole.backends());
        Routed moved = request(Pools.failed(stay, first));

        Routed next = request(stay);

        assertThat(next.decision()).isEqualTo(Decision.PINNED);
        assertThat(next.backend()).isEqualTo(moved.backend());
    }

    @Test
    void itReturnsOnlyWhenNoOtherRequestOfItRuns() {
        Routed running = router.route(without, arrival());

        assertThat(request(whole).decision()).isEqualTo(Decision.PINNED);

        router.release(running);
        assertThat(request(whole).decision()).isEqualTo(Decision.RETURNED);
    }

    @Test
    void aBackendThatRestartedIsNobodysHome() {
        request(without);
        Pool restarted = Pools.living(whole, first, new Life(1, true));

        assertThat(request(restarted).decision()).isEqualTo(Decision.PINNED);
        assertThat(request(restarted).backend().slot()).isNotEqualTo(first);
    }

    @Test
    void aBackendThatMayHaveRestartedIsNobodysHomeUntilThatIsRuledOut() {
        request(without);

        assertThat(request(Pools.living(whole, first, new Life(0, false))).decision())
                .isEqualTo(Decision.PINNED);
        assertThat(request(whole).decision()).isEqualTo(Decision.RETURNED);
    }

    /** What it re-read after the restart is in that engine's cache. */
    @Test
    void theLifeThatServedItLastCounts() {
        Pool restarted = Pools.living(whole, first, new Life(1, true));
        assertThat(request(restarted).decision()).isEqualTo(Decision.PINNED);
        request(Pools.failed(restarted, first));

        assertThat(request(restarted).decision()).isEqualTo(Decision.RETURNED);
    }

    /** It came there in its turn, not of its own accord, and has read its history there since. */
    @Test
    void aSessionThatHappensToComeToItsFirstBackendAgainIsAtHomeThere() {
        request(without);
        Pool restarted = Pools.living(whole, first, new Life(1, true));
        Pool alone = restarted;
        for (int slot = 0; slot < 4; slot++) {
            alone = slot == first ? alone : Pools.failed(alone, slot);
        }
        Routed back = request(alone);
        assertThat(back.decision()).isEqualTo(Decision.REPINNED);
        assertThat(back.backend().slot()).isEqualTo(first);
        request(Pools.failed(restarted, first));

        assertThat(request(restarted).decision()).isEqualTo(Decision.RETURNED);
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendState.class,
            names = {"DRAIN", "DRAINED", "OFF"})
    void itReturnsOnlyToABackendThatTakesNewSessions(BackendState state) {
        request(without);

        assertThat(request(Pools.with(whole, first, state, true)).decision()).isEqualTo(Decision.PINNED);
    }

    @Test
    void aBackendThatDrainedPastItsDeadlineGetsItsSessionsBackWhenItIsReadyAgain() {
        Routed left = request(Pools.with(whole, first, BackendState.DRAINED, true));
        assertThat(left.moved()).isEqualTo(MoveReason.DRAIN);

        assertThat(request(whole).decision()).isEqualTo(Decision.RETURNED);
    }

    @Test
    void aBackendThatLeftTheConfigurationAndCameBackGetsItsSessionsBack() {
        Routed left = request(Pools.without(whole, first));
        assertThat(left.moved()).isEqualTo(MoveReason.OFF);

        assertThat(request(whole).backend().slot()).isEqualTo(first);
    }

    @Test
    void ofTwoThatAreOutItGoesToItsFirstWhenThatIsBack() {
        int second = request(without).backend().slot();

        Routed back = request(Pools.failed(whole, second));

        assertThat(back.decision()).isEqualTo(Decision.RETURNED);
        assertThat(back.backend().slot()).isEqualTo(first);
    }

    @Test
    void itDoesNotReturnToABackendThatItsRequestHasJustFailedOn() {
        request(without);
        Routed back = router.route(whole, arrival());
        assertThat(back.decision()).isEqualTo(Decision.RETURNED);

        Routed elsewhere = router.reroute(whole, arrival(), back, Set.of(first));

        assertThat(elsewhere.decision()).isEqualTo(Decision.REPINNED);
        assertThat(elsewhere.backend().slot()).isNotEqualTo(first);
        router.release(elsewhere);
    }

    /** Nobody has its cache yet: where it was answered first is where it began. */
    @Test
    void aFirstRequestThatFailedDoesNotMakeAHome() {
        SessionKey other = Pools.session(2);
        Routed failed = router.route(whole, Arrival.of(other, HOUR));
        int tried = failed.backend().slot();
        Routed served = router.reroute(whole, Arrival.of(other, HOUR), failed, Set.of(tried));
        router.release(served);

        assertThat(served.decision()).isEqualTo(Decision.PLACED);
        assertThat(table.peek(other).firstSlot()).isEqualTo(served.backend().slot());
        Routed next = router.route(whole, Arrival.of(other, HOUR));
        router.release(next);
        assertThat(next.decision()).isEqualTo(Decision.PINNED);
    }

    @Test
    void aSessionThatLeftForLoadDoesNotComeBack() {
        long[] pending = new long[4];
        SessionRouter loaded = new SessionRouter(table, slot -> pending[slot]);
        Pool pool = Pools.of(HOME.withRelief(4), whole.backends());
        Arrival heavy = arrival().withPrompt(new PromptSize(4_000, 4));
        pending[first] = 1_000_000;
        Routed relieved = loaded.route(pool, heavy);
        loaded.release(relieved);
        assertThat(relieved.decision()).isEqualTo(Decision.RELIEVED);
        pending[first] = 0;

        Routed next = loaded.route(pool, heavy);
        loaded.release(next);

        assertThat(next.decision()).isEqualTo(Decision.PINNED);
        assertThat(next.backend()).isEqualTo(relieved.backend());
    }

    /** While homing was down the backend may have been started anew any number of times. */
    @Test
    void afterARestartOfHomingMovedSessionsStay() throws Exception {
        request(without);
        RoutingTable backends = new RoutingTable(List.of(whole), new RouteMatcher(List.of()));
        long seed = SipHash.ofSeed("homing").fingerprint();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        new SnapshotWriter(table, seed).write(file, backends, 0);
        SessionTable later = new SessionTable(10, () -> 0);
        SnapshotReader.read(new ByteArrayInputStream(file.toByteArray()), seed).restore(later, backends, 0);

        Routed next = new SessionRouter(later, Router.PendingTokens.NONE).route(whole, arrival());

        assertThat(later.peek(KEY).firstSlot()).isEqualTo(first);
        assertThat(next.decision()).isEqualTo(Decision.PINNED);
        assertThat(next.backend().slot()).isNotEqualTo(first);
    }

    private static Arrival arrival() {
        return Arrival.of(KEY, HOUR);
    }

    private Routed request(Pool pool) {
        Routed routed = router.route(pool, arrival());
        router.release(routed);
        return routed;
    }
}
