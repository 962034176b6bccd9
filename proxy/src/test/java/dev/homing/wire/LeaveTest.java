// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Another process has taken over, or this one stops: clients go elsewhere, and none of them notices. */
final class LeaveTest extends WireCase {

    @Test
    void anIdleConnectionStaysUntilItsNextAnswer() throws Exception {
        RecordingOrigin origin = origin(RecordingOrigin.Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        client.send(GET);
        assertThat(client.response().header("connection")).isNull();

        plane.frontend().leave();
        plane.onLoop(() -> {}); // its connections have been told
        client.send(GET);

        RawClient.Response last = client.response();
        assertThat(last.status()).isEqualTo(200);
        assertThat(last.header("connection")).isEqualTo("close");
        assertThat(client.ends()).isTrue();
    }

    @Test
    void whoStillComesInIsAnsweredOnce() throws Exception {
        RecordingOrigin origin = origin(RecordingOrigin.Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        plane.frontend().leave();

        RawClient client = client(plane);
        client.send(GET);

        RawClient.Response only = client.response();
        assertThat(only.status()).isEqualTo(200);
        assertThat(only.header("connection")).isEqualTo("close");
    }

    @Test
    void anIdleConnectionHasAMomentForOneMoreRequestWhenHomingStops() throws Exception {
        RecordingOrigin origin = origin(RecordingOrigin.Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient asking = client(plane);
        RawClient silent = client(plane);
        for (RawClient client : List.of(asking, silent)) {
            client.send(GET);
            assertThat(client.response().header("connection")).isNull();
        }

        plane.frontend().drain();
        plane.onLoop(() -> {}); // they have been told
        asking.send(GET);

        RawClient.Response last = asking.response();
        assertThat(last.status()).isEqualTo(200);
        assertThat(last.header("connection")).isEqualTo("close");
        assertThat(asking.ends()).isTrue();
        assertThat(silent.ends()).isTrue();
        assertThat(plane.frontend().drained().awaitUninterruptibly(5000)).isTrue();
    }

    /** The head of the answer that is under way has not told the client that it is the last. */
    @Test
    void whoseAnswerBeganBeforeHomingStopsHasThatMomentToo() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
            if (go.tryAcquire(5, TimeUnit.SECONDS)) {
                conversation.send("0\r\n\r\n");
            }
            conversation.request();
            conversation.send(OK);
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        assertThat(client.send(GET).until("1\r\na\r\n")).doesNotContainIgnoringCase("connection: close");

        plane.frontend().drain();
        plane.onLoop(() -> {}); // it has been told
        go.release();
        client.until("0\r\n\r\n");
        client.send(GET);

        RawClient.Response last = client.response();
        assertThat(last.status()).isEqualTo(200);
        assertThat(last.header("connection")).isEqualTo("close");
        assertThat(client.ends()).isTrue();
    }
}
