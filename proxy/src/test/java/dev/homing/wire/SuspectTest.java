// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.wire.RecordingOrigin.Script;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two conversations under one id, as requests show them. */
final class SuspectTest extends WireCase {

    private static final String CHAT = "/v1/chat/completions";

    private static String post(String path, int bytes) {
        return head(
                        "POST " + path + " HTTP/1.1",
                        "Host: h",
                        "X-Session-Id: s",
                        "Content-Type: application/json",
                        "Content-Length: " + bytes)
                + "x".repeat(bytes);
    }

    private static String answer(int status) {
        return "HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, 200, 1",
        "/v1/messages?beta=true, 200, 1",
        "/v1/chat/completions, 400, 0",
        "/v1/embeddings, 200, 0",
        "/v1/messages/count_tokens, 200, 0",
    })
    void answeredTurnsThatShrinkTwiceAreToldOfOnce(String path, int status, int suspects) throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(answer(status))));
        RawClient client = client(plane);

        for (int bytes : new int[] {500, 200, 520, 220, 540, 240}) {
            assertThat(client.send(post(path, bytes)).response().status()).isEqualTo(status);
        }

        plane.awaitQuiet();
        assertThat(plane.observer().suspects()).hasValue(suspects);
    }

    @Test
    void turnsThatRunSideBySideAreToldOf() throws Exception {
        Semaphore go = new Semaphore(0);
        PlaneUnderTest plane = plane(origin(conversation -> {
            while (conversation.request() != null) {
                go.acquire();
                conversation.send(answer(200));
            }
        }));
        RawClient one = client(plane);
        RawClient other = client(plane);

        for (int i = 0; i < 2; i++) {
            assertThat(plane.observer().suspects()).hasValue(0);
            one.send(post(CHAT, 500 + i));
            await().until(() -> plane.inflight(0) == 1);
            other.send(post(CHAT, 510 + i));
            await().until(() -> plane.inflight(0) == 2);
            go.release(2);
            one.response();
            other.response();
            plane.awaitQuiet();
        }

        assertThat(plane.observer().suspects()).hasValue(1);
    }

    @Test
    void aTurnWhoseClientLeftSaysNothing() throws Exception {
        PlaneUnderTest plane = plane(origin(conversation -> {
            conversation.request();
            conversation.drain();
        }));

        for (int bytes : new int[] {500, 200, 520, 220}) {
            RawClient client = client(plane).send(post(CHAT, bytes));
            await().until(() -> plane.inflight(0) == 1);
            client.close();
            await().until(() -> plane.inflight(0) == 0);
        }

        plane.awaitQuiet();
        assertThat(plane.observer().suspects()).hasValue(0);
    }
}
