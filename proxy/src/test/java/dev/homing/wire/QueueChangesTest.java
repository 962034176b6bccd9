// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.admission.Waiter;
import dev.homing.exchange.Generation;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of those who wait when a new table is published: backends go out, come in or move, or take more than before. */
final class QueueChangesTest extends QueueCase {

    @Test
    void whoWaitsForABackendThatGoesOutIsSentElsewhereAtOnceAndItsSessionMoves() throws Exception {
        configs.maxInflight(1).responseHeaders();
        GatedEngine first = engine();
        GatedEngine second = engine();
        PlaneUnderTest plane = plane(first.origin(), second.origin());
        RawClient working = client(plane).send(ofSession("s", "/working"));
        await().atMost(PATIENCE)
                .until(() -> first.asked().size() + second.asked().size() == 1);
        int home = first.asked().isEmpty() ? 1 : 0;
        GatedEngine other = home == 0 ? second : first;
        RawClient waiting = client(plane).send(ofSession("s", "/waiting"));
        awaitWaiting(plane, home, 1);

        plane.publish(configs.down(home).generation(addresses(first, second)));
        other.awaitAsked("/waiting");
        other.answer(1);
        assertThat(waiting.response().header("X-Homing-Decision")).isEqualTo("repinned");
        (home == 0 ? first : second).answer(1);
        assertThat(working.response().status()).isEqualTo(200);
        assertThat(plane.observer().moves()).hasSize(1);
    }

    @Test
    void whenAllBackendsGoOutThoseWhoWaitAreToldAtOnce() throws Exception {
        configs.maxInflight(1);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        RawClient working = client(plane).send(ofSession("s", "/working"));
        engine.awaitAsked("/working");
        RawClient pinned = client(plane).send(ofSession("s", "/pinned"));
        RawClient any = client(plane).send(get("/any"));
        awaitWaiting(plane, 0, 1);
        awaitWaiting(plane, Waiter.ANY, 1);

        plane.publish(configs.down(0).generation(addresses(engine)));
        assertThat(pinned.response().body()).contains("no_backend");
        assertThat(any.response().status()).isEqualTo(503);
        engine.answer(1);
        assertThat(working.response().status()).isEqualTo(200);
        engine.awaitAsked("/working");
    }

    /** The grant is on its way to the loop already when its reason goes. */
    @ParameterizedTest
    @ValueSource(strings = {"the pool", "the backend"})
    void aPlaceThatIsGivenWhileItsReasonGoesIsGivenBack(String gone) throws Exception {
        configs.maxInflight(1);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        plane.admission().of(0).tryBegin();
        RawClient pinned = client(plane).send(ofSession("s", "/pinned"));
        awaitWaiting(plane, 0, 1);
        RawClient any = client(plane).send(get("/any"));
        awaitWaiting(plane, Waiter.ANY, 1);
        Generation full = configs.generation(addresses(engine));
        Generation next = gone.equals("the pool")
                ? new Generation(
                        full.config(),
                        null,
                        new RoutingTable(List.of(), new RouteMatcher(List.of())),
                        List.of(),
                        full.endpoints())
                : configs.down(0).generation(addresses(engine));

        plane.onLoop(() -> {
            plane.admission().of(0).end();
            plane.publish(next);
        });

        assertThat(pinned.response().body()).contains("no_backend");
        assertThat(any.response().body()).contains("no_backend");
        plane.awaitQuiet();
        assertThat(plane.sessions().size()).isEqualTo(1);
        assertThat(engine.asked()).isEmpty();
    }

    @Test
    void aHigherLimitLetsInThoseWhoWait() throws Exception {
        configs.maxInflight(1);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(client(plane).send(ofSession("s", "/" + i)));
            awaitWaiting(plane, 0, i);
        }

        plane.publish(configs.maxInflight(3).generation(addresses(engine)));
        awaitWaiting(plane, 0, 1);
        await().atMost(PATIENCE).until(() -> engine.asked().size() == 3);
        plane.publish(configs.maxInflight(0).generation(addresses(engine)));
        await().atMost(PATIENCE).until(() -> engine.asked().size() == 4);
        engine.answer(4);
        for (RawClient client : clients) {
            assertThat(client.response().status()).isEqualTo(200);
        }
    }

    @Test
    void whoWaitedWhileABackendMovedIsSentToItsNewAddress() throws Exception {
        configs.maxInflight(1);
        GatedEngine before = engine();
        GatedEngine after = engine();
        PlaneUnderTest plane = plane(before.origin());
        RawClient working = client(plane).send(ofSession("s", "/working"));
        before.awaitAsked("/working");
        RawClient waiting = client(plane).send(ofSession("s", "/waiting"));
        awaitWaiting(plane, 0, 1);

        plane.publish(configs.generation(addresses(after)));
        before.answer(1);
        after.answer(1);
        assertThat(working.response().status()).isEqualTo(200);
        assertThat(waiting.response().status()).isEqualTo(200);
        after.awaitAsked("/waiting");
        before.awaitAsked("/working");
    }

    @Test
    void aNewBackendServesThoseWhoWaitForAny() throws Exception {
        configs.maxInflight(1);
        GatedEngine old = engine();
        GatedEngine fresh = engine();
        PlaneUnderTest plane = plane(old.origin());
        RawClient working = client(plane).send(get("/working"));
        old.awaitAsked("/working");
        RawClient waiting = client(plane).send(get("/waiting"));
        awaitWaiting(plane, Waiter.ANY, 1);

        plane.publish(configs.generation(addresses(old, fresh)));
        fresh.answer(1);
        assertThat(waiting.response().status()).isEqualTo(200);
        old.answer(1);
        assertThat(working.response().status()).isEqualTo(200);
    }
}
