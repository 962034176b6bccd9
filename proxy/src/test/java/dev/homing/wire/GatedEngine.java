// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend that answers each request when the test lets it, and keeps in which order it was asked and how many it had at once. */
final class GatedEngine implements AutoCloseable {

    private final RecordingOrigin origin;
    private final List<Conversation.Request> asked = new CopyOnWriteArrayList<>();
    private final Semaphore answers = new Semaphore(0);
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    GatedEngine() {
        origin = RecordingOrigin.running(this::converse);
    }

    private void converse(Conversation conversation) throws IOException, InterruptedException {
        for (Conversation.Request request = conversation.request(); request != null; request = conversation.request()) {
            most.accumulateAndGet(busy.incrementAndGet(), Math::max);
            asked.add(request);
            answers.acquire();
            busy.decrementAndGet();
            conversation.send(WireCase.OK);
        }
    }

    RecordingOrigin origin() {
        return origin;
    }

    /** Lets it answer that many requests. */
    void answer(int requests) {
        answers.release(requests);
    }

    /** The targets that it was asked for, in order. */
    List<String> asked() {
        return asked.stream().map(request -> request.head().split(" ", -1)[1]).toList();
    }

    List<Conversation.Request> requests() {
        return asked;
    }

    void awaitAsked(String... targets) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(asked()).containsExactly(targets));
    }

    /** The most requests that it had at once. */
    int most() {
        return most.get();
    }

    @Override
    public void close() {
        answers.release(1_000);
        origin.close();
    }
}
