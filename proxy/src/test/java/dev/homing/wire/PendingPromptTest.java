// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.routing.Decision;
import dev.homing.routing.PlacementRules;
import dev.homing.wire.RecordingOrigin.Script;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** The prompt work that requests leave pending at their backends, and what it does to others. {@link PlaneUnderTest} checks that nothing of it is left. */
final class PendingPromptTest extends WireCase {

    private static final String EVENTS =
            head("HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Connection: close");
    private static final String ROLE =
            "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\n\n";
    private static final String CONTENT = "data: {\"choices\":[{\"delta\":{\"content\":\"sea\"}}]}\n\n";

    private static final String LOADING = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n"
            + "{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}";

    private final Semaphore go = new Semaphore(0);

    private static String post(int bytes, String... headers) {
        String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: " + bytes + "\r\n";
        return head + String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n") + "\r\n" + "x".repeat(bytes);
    }

    private void step() {
        try {
            assertThat(go.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitPending(PlaneUnderTest plane, int slot, long tokens) {
        await().untilAsserted(() -> assertThat(plane.pendingTokens(slot)).isEqualTo(tokens));
    }

    @Test
    void aPromptCountsUntilTheFirstContentOfItsStreamAndNotUntilTheRole() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send(EVENTS + ROLE);
            step();
            conversation.send(CONTENT);
            step();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(post(400)).until("null");
        assertThat(plane.pendingTokens(0)).as("4 bytes a token at first").isEqualTo(100);
        go.release();
        client.until("sea");
        awaitPending(plane, 0, 0);
        assertThat(plane.inflight(0)).isEqualTo(1);
        go.release();
    }

    @Test
    void aPromptWhoseAnswerIsNotStreamedCountsUntilTheAnswer() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            step();
            conversation.send(OK);
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(post(400));
        awaitPending(plane, 0, 100);
        go.release();
        client.response();
        awaitPending(plane, 0, 0);
    }

    @Test
    void withoutAHeadAPromptCountsAsLongAsThePoolsMedianTimeToFirstToken() throws Exception {
        RecordingOrigin origin = origins(connection -> conversation -> {
            conversation.request();
            if (connection == 0) {
                conversation.send(EVENTS + CONTENT);
                return;
            }
            step();
            conversation.send(OK);
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        client(plane).send(post(400)).until("sea");
        RawClient client = client(plane);

        client.send(post(4000));
        await().until(() -> plane.inflight(0) == 1 && plane.pendingTokens(0) == 0);

        go.release();
        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void aRequestThatIsPassedOnAfterThatTimeLeavesNothingPendingAtTheNextBackend() throws Exception {
        AtomicInteger first = new AtomicInteger(-1);
        IntFunction<Script> replica = number -> conversation -> {
            conversation.request();
            if (first.compareAndSet(-1, number)) {
                step();
                conversation.send(LOADING);
            } else {
                conversation.send(OK);
                conversation.drain();
            }
        };
        Script streams = conversation -> {
            conversation.request();
            conversation.send(EVENTS + CONTENT);
        };
        PlaneUnderTest plane = plane(
                origins(connection -> connection == 0 ? streams : replica.apply(0)),
                origins(connection -> connection == 0 ? streams : replica.apply(1)));
        client(plane).send(post(400)).until("sea");
        client(plane).send(post(400)).until("sea");
        RawClient client = client(plane);

        client.send(post(4000));
        await().until(() -> first.get() >= 0 && pendingAnywhere(plane) == 0);
        go.release();

        assertThat(client.response().status()).isEqualTo(200);
        awaitPending(plane, 1 - first.get(), 0);
    }

    private static long pendingAnywhere(PlaneUnderTest plane) {
        return plane.pendingTokens(0) + plane.pendingTokens(1);
    }

    @Test
    void aBodyOfUnknownLengthCountsWithWhatHasPassed() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        awaitPending(plane, 0, 1);
        client.send("28\r\n" + "x".repeat(40) + "\r\n");
        awaitPending(plane, 0, 10);
        client.send("28\r\n" + "x".repeat(40) + "\r\n");
        awaitPending(plane, 0, 20);
        client.send("0\r\n\r\n").response();
        awaitPending(plane, 0, 0);
    }

    @Test
    void theWorkMovesWithARequestThatIsSentToAnotherBackend() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            step();
            conversation.send(OK);
            conversation.drain();
        });
        PlaneUnderTest plane = plane(RecordingOrigin.nowhere(), origin.address());
        RawClient client = client(plane);

        client.send(post(400));
        awaitPending(plane, 1, 100);
        assertThat(plane.pendingTokens(0)).isZero();
        go.release();
        client.response();
    }

    @Test
    void aNewSessionPassesABackendWithTooMuchPending() throws Exception {
        configs.rules(PlacementRules.loadAware(1_000)).responseHeaders();
        Script busy = conversation -> {
            for (var request = conversation.request(); request != null; request = conversation.request()) {
                if (request.head().contains("large")) {
                    step();
                }
                conversation.send(OK);
            }
        };
        PlaneUnderTest plane = plane(origin(busy), origin(busy));
        RawClient first = client(plane).send(post(40_000, "X-Session-Id: large"));
        await().until(() -> plane.inflight(0) + plane.inflight(1) == 1);
        int large = plane.inflight(0) == 1 ? 0 : 1;
        assertThat(plane.pendingTokens(large)).isEqualTo(10_000);

        for (int i = 0; i < 8; i++) {
            RawClient.Response response =
                    client(plane).send(post(40, "X-Session-Id: s" + i)).response();
            assertThat(response.header("X-Homing-Backend")).isEqualTo("b" + (1 - large));
        }
        go.release();
        assertThat(first.response().header("X-Homing-Decision")).isEqualTo(Decision.PLACED.label());
    }

    @Test
    void aSessionOnlyAddsWhatItsLastPromptDidNotHave() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            while (conversation.request() != null) {
                step();
                conversation.send(OK);
            }
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        go.release();
        client.send(post(4_000, "X-Session-Id: s")).response();

        client.send(post(4_400, "X-Session-Id: s"));
        awaitPending(plane, 0, 100);
        go.release();
        client.response();
    }
}
