// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.admission.Waiter;
import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.observe.RequestSummary;
import dev.homing.routing.Decision;
import dev.homing.wire.RawClient.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A backend gets as many requests at once as it takes; the others wait here, in order of arrival. */
final class QueueTest extends QueueCase {

    @Test
    void requestsOfASessionWaitForItsBackendInTheOrderTheyCame() throws Exception {
        configs.maxInflight(1);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(client(plane).send(ofSession("s", "/" + i)));
            awaitWaiting(plane, 0, i);
        }
        engine.awaitAsked("/0");
        assertThat(engine.origin().connections()).isEqualTo(1);

        for (RawClient client : clients) {
            engine.answer(1);
            assertThat(client.response().status()).isEqualTo(200);
        }
        engine.awaitAsked("/0", "/1", "/2", "/3");
        assertThat(engine.most()).isEqualTo(1);
        plane.awaitQuiet();
        assertThat(plane.observer().routed())
                .containsExactly(Decision.PLACED, Decision.PINNED, Decision.PINNED, Decision.PINNED);
        assertThat(plane.observer().finished())
                .extracting(summary -> summary.timing().queueNanos() > 0)
                .containsExactly(false, true, true, true);
    }

    @Test
    void aPoolTakesAsManyAtOnceAsItsBackendsDoAndWhoWaitsForAnyGetsTheFirstThatIsFree() throws Exception {
        configs.maxInflight(2);
        GatedEngine first = engine();
        GatedEngine second = engine();
        PlaneUnderTest plane = plane(first.origin(), second.origin());
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(client(plane).send(get("/" + i)));
            await().atMost(PATIENCE)
                    .until(() -> plane.inflight(0) + plane.inflight(1) + plane.waiting(Waiter.ANY) == clients.size());
        }
        assertThat(plane.inflight(0)).isEqualTo(2);
        assertThat(plane.inflight(1)).isEqualTo(2);
        assertThat(plane.waiting(Waiter.ANY)).isEqualTo(1);

        second.answer(1);
        await().atMost(PATIENCE).until(() -> second.asked().contains("/4"));
        first.answer(2);
        second.answer(2);
        for (RawClient client : clients) {
            assertThat(client.response().status()).isEqualTo(200);
        }
        assertThat(plane.observer().routed()).containsOnly(Decision.NO_SESSION);
        assertThat(first.most()).isEqualTo(2);
        assertThat(second.most()).isEqualTo(2);
    }

    @Test
    void aClientThatLeavesFreesItsPlaceAndNothingOfItReachesABackend() throws Exception {
        configs.maxInflight(1).queue(1, Duration.ofMinutes(5));
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        RawClient working = client(plane).send(ofSession("s", "/working"));
        engine.awaitAsked("/working");
        RawClient leaver = client(plane).send(ofSession("s", "/leaver"));
        awaitWaiting(plane, 0, 1);
        assertThat(client(plane).send(ofSession("s", "/refused")).response().status())
                .isEqualTo(429);

        leaver.close();
        awaitWaiting(plane, 0, 0);
        RawClient next = client(plane).send(ofSession("s", "/next"));
        awaitWaiting(plane, 0, 1);
        engine.answer(2);

        assertThat(working.response().status()).isEqualTo(200);
        assertThat(next.response().status()).isEqualTo(200);
        engine.awaitAsked("/working", "/next");
        assertThat(plane.observer().aborts()).containsExactly(AbortPhase.QUEUE);
        RequestSummary left = plane.observer().finished().stream()
                .filter(RequestSummary::clientGone)
                .findFirst()
                .orElseThrow();
        assertThat(left.status()).isZero();
        assertThat(left.timing().queueNanos()).isPositive();
    }

    @Test
    void whoWaitsForAnyAndLeavesIsCountedForNoBackend() throws Exception {
        configs.maxInflight(1);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        RawClient working = client(plane).send(get("/working"));
        engine.awaitAsked("/working");
        RawClient leaver = client(plane).send(get("/leaver"));
        awaitWaiting(plane, Waiter.ANY, 1);

        leaver.close();
        awaitWaiting(plane, Waiter.ANY, 0);
        engine.answer(1);
        assertThat(working.response().status()).isEqualTo(200);
        plane.awaitQuiet();
        assertThat(plane.observer().finished().get(0).route().backend()).isNull();
    }

    @Test
    void moreThanMayWaitAreToldToComeBackInTheShapeOfTheirApi() throws Exception {
        configs.maxInflight(1).queue(0, Duration.ofMinutes(5));
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        RawClient working = client(plane).send(get("/v1/chat/completions"));
        engine.awaitAsked("/v1/chat/completions");

        Response openAi = client(plane).send(get("/v1/chat/completions")).response();
        Response anthropic = client(plane).send(get("/v1/messages")).response();

        assertThat(openAi.status()).isEqualTo(429);
        assertThat(openAi.header("Retry-After")).isEqualTo("1");
        assertThat(openAi.header("Content-Type")).isEqualTo("application/json");
        assertThat(openAi.body())
                .isEqualTo(
                        "{\"error\":{\"message\":\"pool default: all backends that would do are full, and 0 requests wait already"
                                + " (queue.limit)\",\"type\":\"server_overloaded\",\"param\":null,\"code\":\"queue_full\"}}");
        assertThat(anthropic.status()).isEqualTo(429);
        assertThat(anthropic.header("Retry-After")).isEqualTo("1");
        assertThat(anthropic.body())
                .startsWith(
                        "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"pool default: ");
        engine.answer(1);
        assertThat(working.response().status()).isEqualTo(200);
        assertThat(plane.observer().rejections()).containsExactly("queue_full", "queue_full");
        engine.awaitAsked("/v1/chat/completions");
    }

    @Test
    void whoWaitsTooLongAndHasNowhereToGoIsToldToComeBack() throws Exception {
        configs.maxInflight(1).queue(10, Duration.ofMillis(200));
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        RawClient working = client(plane).send(ofSession("s", "/working"));
        engine.awaitAsked("/working");

        Response pinned = client(plane).send(ofSession("s", "/v1/messages")).response();
        Response any = client(plane).send(get("/x")).response();

        assertThat(pinned.status()).isEqualTo(503);
        assertThat(pinned.header("Retry-After")).isEqualTo("1");
        assertThat(pinned.body())
                .contains("\"overloaded_error\"")
                .contains("no backend had room within 0.2s (queue.timeout)");
        assertThat(any.status()).isEqualTo(503);
        assertThat(any.body()).contains("\"code\":\"queue_timeout\"");
        assertThat(plane.waiting(0)).isZero();
        assertThat(plane.waiting(Waiter.ANY)).isZero();
        engine.answer(1);
        assertThat(working.response().status()).isEqualTo(200);
        engine.awaitAsked("/working");
        assertThat(plane.observer().rejections()).containsExactly("queue_timeout", "queue_timeout");
    }

    @Test
    void aPinnedRequestThatWaitsTooLongGoesElsewhereForOnceAndItsSessionStays() throws Exception {
        configs.maxInflight(1).queue(10, Duration.ofMillis(200)).responseHeaders();
        GatedEngine first = engine();
        GatedEngine second = engine();
        PlaneUnderTest plane = plane(first.origin(), second.origin());
        RawClient working = client(plane).send(ofSession("s", "/working"));
        await().atMost(PATIENCE)
                .until(() -> first.asked().size() + second.asked().size() == 1);
        GatedEngine home = first.asked().isEmpty() ? second : first;
        GatedEngine other = home == first ? second : first;
        other.answer(1);

        Response spilled = client(plane).send(ofSession("s", "/spilled")).response();
        assertThat(spilled.status()).isEqualTo(200);
        assertThat(spilled.header("X-Homing-Decision")).isEqualTo("spilled");
        assertThat(spilled.header("X-Homing-Backend")).isEqualTo(other == first ? "b0" : "b1");
        home.answer(2);
        assertThat(working.response().status()).isEqualTo(200);
        Response back = client(plane).send(ofSession("s", "/back")).response();
        assertThat(back.header("X-Homing-Decision")).isEqualTo("pinned");
        home.awaitAsked("/working", "/back");
        other.awaitAsked("/spilled");
        assertThat(plane.observer().routed()).containsExactly(Decision.PLACED, Decision.SPILLED, Decision.PINNED);
        assertThat(plane.observer().moves()).isEmpty();
        plane.awaitQuiet();
        assertThat(plane.sessions().size()).isEqualTo(1);
    }

    @Test
    void bySpillARequestGoesElsewhereAtOnceAndWaitsOnlyWhenNobodyHasRoom() throws Exception {
        configs.maxInflight(1).spillWhenFull().responseHeaders();
        GatedEngine first = engine();
        GatedEngine second = engine();
        PlaneUnderTest plane = plane(first.origin(), second.origin());
        RawClient working = client(plane).send(ofSession("s", "/working"));
        await().atMost(PATIENCE)
                .until(() -> first.asked().size() + second.asked().size() == 1);
        GatedEngine home = first.asked().isEmpty() ? second : first;
        GatedEngine other = home == first ? second : first;

        RawClient spilled = client(plane).send(ofSession("s", "/spilled"));
        other.awaitAsked("/spilled");
        RawClient waiting = client(plane).send(ofSession("s", "/waiting"));
        awaitWaiting(plane, home == first ? 0 : 1, 1);
        home.answer(2);
        assertThat(working.response().status()).isEqualTo(200);
        assertThat(waiting.response().header("X-Homing-Decision")).isEqualTo("pinned");
        home.awaitAsked("/working", "/waiting");
        other.answer(1);
        assertThat(spilled.response().header("X-Homing-Decision")).isEqualTo("spilled");
    }

    @Test
    void aRequestThatIsSentToAnotherBackendNeedsAPlaceThere() throws Exception {
        configs.maxInflight(1);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(RecordingOrigin.nowhere(), engine.origin().address());
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(client(plane).send(get("/" + i)));
        }
        await().atMost(PATIENCE).until(() -> plane.waiting(Waiter.ANY) == 3 && plane.inflight(0) == 0);

        engine.answer(4);
        for (RawClient client : clients) {
            assertThat(client.response().status()).isEqualTo(200);
        }
        assertThat(engine.most()).isEqualTo(1);
        assertThat(engine.asked()).hasSize(4);
    }

    @Test
    void aConnectionThatHadBeenClosedIsMadeAnewWithoutGivingUpThePlace() throws Exception {
        configs.maxInflight(1);
        RecordingOrigin origin = origins(
                connection -> connection == 0 ? RecordingOrigin.Script.once(OK) : RecordingOrigin.Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        assertThat(client.send(get("/a")).response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).isOver(5_000)).isTrue();

        assertThat(client.send(get("/b")).response().status()).isEqualTo(200);
        plane.awaitQuiet();
    }

    @Test
    void theBodyOfARequestThatWaitsIsHeldAndSentWhole() throws Exception {
        configs.maxInflight(1).peek(64 * 1024);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        RawClient working = client(plane).send(get("/working"));
        engine.awaitAsked("/working");
        String body = "x".repeat(200_000);
        RawClient waiting = client(plane)
                .send(head("POST /body HTTP/1.1", "Host: h", "Content-Length: " + body.length()))
                .send(body);
        awaitWaiting(plane, Waiter.ANY, 1);

        engine.answer(2);
        assertThat(working.response().status()).isEqualTo(200);
        assertThat(waiting.response().status()).isEqualTo(200);
        assertThat(engine.requests().get(1).text()).isEqualTo(body);
    }

    /** Its prompt is nobody's work before it is known whose; then it is all that came meanwhile. */
    @Test
    void whatCameOfABodyDuringTheWaitIsPendingWhereItGoes() throws Exception {
        configs.maxInflight(1);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        plane.admission().of(0).tryBegin();
        RawClient waiting = client(plane)
                .send(head("POST /body HTTP/1.1", "Host: h", "Transfer-Encoding: chunked"))
                .send("fa0\r\n" + "x".repeat(4000) + "\r\n");
        awaitWaiting(plane, Waiter.ANY, 1);
        assertThat(plane.pendingTokens(0)).isZero();

        plane.onLoop(() -> plane.admission().of(0).end());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(plane.pendingTokens(0)).isEqualTo(1000));
        waiting.send("0\r\n\r\n");
        engine.answer(1);
        assertThat(waiting.response().status()).isEqualTo(200);
        plane.awaitQuiet();
    }

    @Test
    void aRequestThatFailedAndWaitsForAnyIsNobodysWork() throws Exception {
        configs.maxInflight(1);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(RecordingOrigin.nowhere(), engine.origin().address());
        plane.admission().of(1).tryBegin();
        RawClient client = client(plane)
                .send(head("POST /body HTTP/1.1", "Host: h", "Content-Length: 4000"))
                .send("x".repeat(4000));
        awaitWaiting(plane, Waiter.ANY, 1);
        assertThat(plane.pendingTokens(0)).isZero();

        plane.onLoop(() -> plane.admission().of(1).end());
        engine.awaitAsked("/body");
        assertThat(plane.pendingTokens(1)).isEqualTo(1000);
        engine.answer(1);
        assertThat(client.response().status()).isEqualTo(200);
        plane.awaitQuiet();
    }

    /** Its goodbye stands behind what it sent, and more than {@code limits.peek} of that is not read before there is a place. */
    @Test
    void aClientThatIsNotReadAndLeavesIsMissedWhenItsTurnComesAndHoldsNothing() throws Exception {
        configs.maxInflight(1).peek(64 * 1024);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        plane.admission().of(0).tryBegin();
        String body = "x".repeat(200_000);
        RawClient leaver = client(plane)
                .send(head("POST /body HTTP/1.1", "Host: h", "Content-Length: " + body.length()))
                .send(body);
        awaitWaiting(plane, Waiter.ANY, 1);
        leaver.close();

        plane.onLoop(() -> plane.admission().of(0).end());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(plane.observer().aborts()).hasSize(1));
        assertThat(plane.inflight(0)).isZero();
    }

    @Test
    void aPipelinedRequestWaitsLikeAnyOther() throws Exception {
        configs.maxInflight(1);
        GatedEngine engine = engine();
        PlaneUnderTest plane = plane(engine.origin());
        RawClient working = client(plane).send(get("/working"));
        engine.awaitAsked("/working");
        RawClient pipelining = client(plane).send(get("/a") + get("/b"));
        awaitWaiting(plane, Waiter.ANY, 1);

        engine.answer(3);
        assertThat(working.response().status()).isEqualTo(200);
        assertThat(pipelining.response().status()).isEqualTo(200);
        assertThat(pipelining.response().status()).isEqualTo(200);
        engine.awaitAsked("/working", "/a", "/b");
    }
}
