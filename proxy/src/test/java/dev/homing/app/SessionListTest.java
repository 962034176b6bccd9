// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.admin.SessionFilter;
import dev.homing.admin.SessionStatus;
import dev.homing.affinity.Arrival;
import dev.homing.affinity.SessionRouter;
import dev.homing.affinity.SessionTable;
import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.Router;
import dev.homing.routing.RoutingTable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SessionListTest {

    private static final int SESSIONS = 60;
    private static final SessionFilter ALL = new SessionFilter(null, null, SessionFilter.MOST);

    private final SessionTable table = new SessionTable(1_000, () -> 0);
    private final SessionRouter router = new SessionRouter(table, Router.PendingTokens.NONE);

    /** Two pools whose backends have the same ids. */
    private final Pool chat = new Pool(0, "chat", List.of(named(0, "a"), named(1, "b")), Pools.RENDEZVOUS);

    private final Pool embed = new Pool(1, "embed", List.of(named(2, "a"), named(3, "b")), Pools.RENDEZVOUS);
    private final RoutingTable backends = new RoutingTable(List.of(chat, embed), new RouteMatcher(List.of()));

    SessionListTest() {
        for (int n = 0; n < SESSIONS; n++) {
            request(n % 3 == 0 ? embed : chat, n);
        }
    }

    @Test
    void everySessionIsListedOnceInTheOrderOfTheHashes() {
        assertThat(list(ALL))
                .extracting(SessionStatus::hash)
                .hasSize(SESSIONS)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void aFilterHoldsForPoolAndBackendAlike() {
        assertThat(list(new SessionFilter("embed", null, 100)))
                .hasSize(SESSIONS / 3)
                .allMatch(session -> session.pool().equals("embed"));
        assertThat(list(new SessionFilter(null, "b", 100)))
                .hasSize((int) (table.sessions(1) + table.sessions(3)))
                .extracting(SessionStatus::pool)
                .contains("chat", "embed");
        assertThat(list(new SessionFilter("chat", "a", 100)))
                .hasSize((int) table.sessions(0))
                .allMatch(session ->
                        session.pool().equals("chat") && session.backend().equals("a"));
    }

    @Test
    void aLimitHolds() {
        assertThat(list(new SessionFilter(null, null, 7))).hasSize(7);
        assertThat(list(new SessionFilter(null, "a", 1))).hasSize(1);
    }

    @Test
    void whatRunsAndHowLongItIsRememberedIsTold() {
        String hash = Pools.session(1).hex();
        router.route(chat, Arrival.of(Pools.session(1), TimeUnit.MINUTES.toNanos(2)));

        assertThat(list(ALL))
                .filteredOn(session -> session.hash().equals(hash))
                .singleElement()
                .satisfies(session -> {
                    assertThat(session.running()).isEqualTo(1);
                    assertThat(session.idleSecondsLeft()).isEqualTo(120);
                });
        assertThat(list(ALL)).filteredOn(session -> session.running() == 0).hasSize(SESSIONS - 1);
    }

    @Test
    void sessionsOfABackendThatIsGoneAreNotListedButCanBeForgotten() {
        SessionList later =
                new SessionList(table, new RoutingTable(List.of(Pools.without(chat, 0)), new RouteMatcher(List.of())));
        int gone = first(0);

        assertThat(later.of(ALL).toCompletableFuture().join()).hasSize((int) table.sessions(1));
        assertThat(later.forget("chat", Pools.session(gone))).isFalse();
        assertThat(later.forget(null, Pools.session(gone))).isTrue();
    }

    @Test
    void aSessionIsForgottenOnceAndOnlyInItsOwnPool() {
        SessionList list = new SessionList(table, backends);
        int n = first(2);
        long bound = table.size();

        assertThat(list.forget("chat", Pools.session(n))).isFalse();
        assertThat(table.size()).isEqualTo(bound);
        assertThat(list.forget("embed", Pools.session(n))).isTrue();
        assertThat(list.forget("embed", Pools.session(n))).isFalse();
        assertThat(list.forget(null, Pools.session(n))).isFalse();
        assertThat(table.size()).isEqualTo(bound - 1);
    }

    private List<SessionStatus> list(SessionFilter filter) {
        return new SessionList(table, backends).of(filter).toCompletableFuture().join();
    }

    /** One of the sessions that are bound to that slot. */
    private int first(int slot) {
        for (int n = 0; n < SESSIONS; n++) {
            if (bound(n) == slot) {
                return n;
            }
        }
        throw new AssertionError("nobody is bound to " + slot);
    }

    private int bound(int n) {
        return table.peek(Pools.session(n)).slot();
    }

    private void request(Pool pool, int n) {
        router.release(router.route(pool, Arrival.of(Pools.session(n), TimeUnit.HOURS.toNanos(1))));
    }

    private static Backend named(int slot, String id) {
        Backend like = Pools.backend(slot);
        return new Backend(slot, id, like.idHash(), like.weight(), like.state(), like.healthy());
    }
}
