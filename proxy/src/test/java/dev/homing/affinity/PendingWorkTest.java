// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.SessionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PendingWorkTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final long[] pending = new long[4];
    private final PendingWork work = new PendingWork((slot, tokens) -> pending[slot] += tokens);
    private final SessionRouter router = new SessionRouter(new SessionTable(1000, () -> 0), slot -> pending[slot]);
    private final Pool pool = Pools.of(4);

    @Test
    void aFirstPromptCountsInFullUntilItIsReleased() {
        Routed routed = route(1);
        Claim claim = work.claim(routed, bytes(4000));
        int slot = routed.backend().slot();

        assertThat(pending[slot]).isEqualTo(1000).isEqualTo(claim.tokens());
        claim.release();
        assertThat(pending[slot]).isZero();
        assertThat(claim.tokens()).isZero();
    }

    @Test
    void whatEndsAfterItsFirstTokenIsGivenBackOnce() {
        Claim other = work.claim(route(1), bytes(400));
        Claim claim = work.claim(route(1), bytes(4000));
        claim.release();
        claim.release();
        claim.grow(1_000_000);

        assertThat(sum()).isEqualTo(other.tokens()).isEqualTo(100);
    }

    @Test
    void theNextTurnCountsOnlyWhatIsNew() {
        work.claim(route(1), bytes(4000)).release();

        assertThat(work.claim(route(1), bytes(4400)).tokens()).isEqualTo(100);
    }

    @Test
    void aPromptThatIsNoLongerThanTheLastCountsOneToken() {
        work.claim(route(1), bytes(4000)).release();

        assertThat(work.claim(route(1), bytes(4000)).tokens()).isEqualTo(1);
        assertThat(work.claim(route(1), bytes(40)).tokens()).isEqualTo(1);
        assertThat(work.claim(route(2), PromptSize.UNKNOWN).tokens()).isEqualTo(1);
    }

    @Test
    void theLastPromptCountsOnlyWhereItWent() {
        Routed first = route(1);
        work.claim(first, bytes(4000)).release();
        Routed elsewhere = router.reroute(
                pool, arrival(1), route(1), Set.of(first.backend().slot()));

        assertThat(work.claim(elsewhere, bytes(4400)).tokens()).isEqualTo(1100);
        assertThat(work.claim(route(1), bytes(4800)).tokens())
                .as("the next one there knows of it")
                .isEqualTo(100);
    }

    @Test
    void aRequestThatGoesElsewhereTakesItsWorkAlong() {
        work.claim(route(1), bytes(4000)).release();
        Routed routed = route(1);
        int from = routed.backend().slot();
        int to = (from + 1) % 4;
        Claim claim = work.claim(routed, bytes(4400));

        claim.move(to);
        assertThat(pending[from]).isZero();
        assertThat(pending[to]).as("nothing of it is cached there").isEqualTo(1100);

        claim.move(from);
        assertThat(pending[from]).as("but here it still is").isEqualTo(100);
        claim.release();
        assertThat(sum()).isZero();

        claim.move(to);
        assertThat(pending[to]).as("it has all of it to read").isEqualTo(1100);
        claim.release();
        assertThat(sum()).as("and gives it back again").isZero();
    }

    @Test
    void aBodyOfUnknownLengthCountsWhatHasPassed() {
        work.claim(route(1), bytes(4000)).release();
        Claim claim = work.claim(route(1), bytes(0));
        assertThat(claim.tokens()).isEqualTo(1);

        claim.grow(3000);
        assertThat(claim.tokens()).as("all of it known from the last turn").isEqualTo(1);
        claim.grow(4400);
        assertThat(claim.tokens()).isEqualTo(100);
        claim.grow(4400);
        claim.grow(10);
        assertThat(sum()).isEqualTo(100);
        claim.release();

        assertThat(work.claim(route(1), bytes(4800)).tokens()).isEqualTo(100);
    }

    @Test
    void aBodyThatHasNotComeYetDoesNotHideTheLastPrompt() {
        work.claim(route(1), bytes(4000)).release();
        work.claim(route(1), bytes(0)).release();

        assertThat(work.claim(route(1), bytes(4400)).tokens()).isEqualTo(100);
    }

    @Test
    void withoutASessionEveryPromptCountsInFull() {
        for (int n = 0; n < 3; n++) {
            Claim claim = work.claim(router.route(pool, Arrival.of(null, HOUR)), bytes(4000));
            assertThat(claim.tokens()).isEqualTo(1000);
            claim.release();
        }
    }

    @Test
    void thereIsNoClaimOnNobody() {
        Routed nowhere = router.route(Pools.failed(Pools.of(1), 0), arrival(1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> work.claim(nowhere, bytes(1)))
                .withMessage("routed: UNROUTABLE (expected: a backend)");
    }

    @Test
    void whatIsLearnedOfAPoolOutlivesItsTable() {
        work.estimates(pool).bytesPerToken().learn(3_000_000, 1_000_000);
        Pool reloaded = new Pool(pool.index(), "default", Pools.of(2).backends(), Pools.LOAD_AWARE);
        Pool other = new Pool(1, "other", Pools.of(2).backends(), Pools.LOAD_AWARE);

        assertThat(work.size(reloaded, 3000).tokens()).isBetween(950L, 1000L);
        assertThat(work.size(other, 3000).tokens()).isEqualTo(750);
        assertThat(work.estimates(reloaded)).isSameAs(work.estimates(pool));
    }

    /** Whatever requests do, in whatever order: what is pending is the sum of what is claimed, and in the end nothing. */
    @Test
    void everythingIsGivenBackExactly() {
        SplittableRandom random = new SplittableRandom(6);
        List<Claim> claims = new ArrayList<>();
        for (int n = 0; n < 20_000; n++) {
            Claim any = claims.isEmpty() ? null : claims.get(random.nextInt(claims.size()));
            switch (random.nextInt(5)) {
                case 0, 1 -> claims.add(work.claim(route(random.nextInt(50)), bytes(random.nextInt(100_000))));
                case 2 -> {
                    if (any != null) {
                        any.release();
                        claims.remove(any);
                    }
                }
                case 3 -> {
                    if (any != null) {
                        any.grow(random.nextInt(200_000));
                    }
                }
                default -> {
                    if (any != null) {
                        any.move(random.nextInt(4));
                    }
                }
            }
            assertThat(sum()).isEqualTo(claims.stream().mapToLong(Claim::tokens).sum());
        }
        claims.forEach(Claim::release);
        assertThat(pending).containsOnly(0);
    }

    private Routed route(int session) {
        Routed routed = router.route(pool, arrival(session));
        router.release(routed);
        return routed;
    }

    private static Arrival arrival(int session) {
        SessionKey key = Pools.session(session);
        return Arrival.of(key, HOUR);
    }

    private static PromptSize bytes(long bytes) {
        return new PromptSize(bytes, 4);
    }

    private long sum() {
        return pending[0] + pending[1] + pending[2] + pending[3];
    }
}
