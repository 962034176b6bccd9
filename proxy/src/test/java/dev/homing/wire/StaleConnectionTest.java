// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.observe.ProxyObserver.RetryReason;
import dev.homing.wire.RecordingOrigin.Script;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;

/** Pooled connections that break in the moment they are used again, ten thousand times over all ways and transports. */
final class StaleConnectionTest extends HostileCase {

    private static final int TRIES = 10_000;

    /** How a connection ends that has answered one request. */
    enum Ending {
        /** In order, once the next request is there. */
        FIN,
        /** By a reset, once the next request is there. */
        RESET,
        /** By a reset, while the next request is on its way: what is written fails, or is lost. */
        FAILED_WRITE
    }

    static Stream<ArgumentSet> endings() {
        return Stream.of(
                argumentSet("a pooled connection that ends with a FIN", Ending.FIN),
                argumentSet("a pooled connection that ends with a reset", Ending.RESET),
                argumentSet("a pooled connection to which the write fails", Ending.FAILED_WRITE));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void aStaleConnectionCostsItsClientNothing(Ending ending) throws Exception {
        int tries = (int) (TRIES / (Ending.values().length * Io.available().count()) + 1);
        Map<String, AtomicInteger> answered = new ConcurrentHashMap<>();
        AtomicInteger received = new AtomicInteger();
        RecordingOrigin origin = origin(answersOnce(ending, answered, received));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        for (int i = 0; i < tries; i++) {
            String nonce = "n" + i;
            RawClient.Response response = client.send(
                            "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: " + nonce.length() + "\r\n\r\n" + nonce)
                    .response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(nonce);
        }

        assertThat(answered).hasSize(tries);
        assertThat(answered.values()).as("times that each was answered").allMatch(times -> times.get() == 1);
        assertThat(origin.connections()).isEqualTo(tries);
        assertThat(plane.outcomes()).isEmpty();
        // A reset that comes before the next request finds the connection in its pool: then there is nothing to send
        // again.
        assertThat(plane.observer().retries()).allMatch(reason -> reason == RetryReason.STALE);
        if (ending != Ending.FAILED_WRITE) {
            assertThat(plane.observer().retries()).hasSize(tries - 1);
            assertThat(received.get()).as("requests that came").isEqualTo(2 * tries - 1);
        }
    }

    /** Answers the first request of each connection with its body, and ends it by the next. */
    private static Script answersOnce(Ending ending, Map<String, AtomicInteger> answered, AtomicInteger received) {
        return conversation -> {
            Conversation.Request first = conversation.request();
            if (first == null) {
                return;
            }
            received.incrementAndGet();
            answered.computeIfAbsent(first.text(), nonce -> new AtomicInteger()).incrementAndGet();
            conversation.send(
                    "HTTP/1.1 200 OK\r\nContent-Length: " + first.text().length() + "\r\n\r\n" + first.text());
            if (ending != Ending.FAILED_WRITE) {
                received.addAndGet(conversation.request() == null ? 0 : 1);
            }
            if (ending != Ending.FIN) {
                conversation.reset();
            }
        };
    }
}
