// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.wire.RecordingOrigin;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the first clients of a proxy find that has just started. */
class StartTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final long SLOW_MILLIS = 1_800;

    @Test
    void listenersWaitForASlowFirstProbeWhenNobodyElseCouldServe() throws Exception {
        try (RecordingOrigin origin = RecordingOrigin.running(StartTest::slowly)) {
            try (RunningHoming homing = RunningHoming.start(yaml(origin))) {
                HttpRequest request = HttpRequest.newBuilder(homing.clients().resolve("/v1/models"))
                        .timeout(Duration.ofSeconds(20))
                        .build();

                assertThat(HttpClient.newHttpClient()
                                .send(request, BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
            }
        }
    }

    private static void slowly(dev.homing.wire.Conversation conversation) throws IOException {
        while (conversation.request() != null) {
            try {
                CompletableFuture.runAsync(
                                () -> {}, CompletableFuture.delayedExecutor(SLOW_MILLIS, TimeUnit.MILLISECONDS))
                        .get();
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError(e);
            }
            conversation.send(OK);
        }
    }

    private static String yaml(RecordingOrigin origin) {
        return "listen: 127.0.0.1:0\nadmin: none\nbackends: [{id: slow, url: \"http://127.0.0.1:"
                + origin.address().getPort() + "\"}]\n";
    }
}
