// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Another process has taken over: clients go there, and none of them notices. */
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
}
