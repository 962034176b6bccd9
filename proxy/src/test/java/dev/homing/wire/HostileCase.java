// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.wire.RecordingOrigin.Script;

/** What tests of hostile input hold every case to, beside its own outcome: what the backend saw of it, and that the next client is served. */
class HostileCase extends WireCase {

    /** A request that must never be found, appended to what is refused: whoever reads the first one otherwise would find it. */
    static final String HIDDEN = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";

    /**
     * That request is refused with one of these statuses and its connection closed; nothing of it goes upstream, nor of what follows it, and the
     * next client is served.
     *
     * @return what the client is told
     */
    RawClient.Response refused(String request, Integer... statuses) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        RawClient.Response response = client.send(request + HIDDEN).response();

        assertThat(response.status()).isIn((Object[]) statuses);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(client.ends()).isTrue();
        assertThat(origin.connections()).isZero();
        assertThat(plane.observer().rejections()).hasSize(1);
        nextIsServed(plane);
        assertThat(origin.conversation(0).received()).isEqualTo(sent(origin, "GET /x HTTP/1.1"));
        return response;
    }

    /** A good request on a connection of its own is answered. */
    void nextIsServed(PlaneUnderTest plane) throws Exception {
        RawClient.Response response = client(plane).send(GET).response();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("ok");
    }

    /** The head of a request without a body as a backend gets it. */
    static String sent(RecordingOrigin origin, String requestLine, String... passing) {
        StringBuilder head = new StringBuilder(
                requestLine + "\r\nHost: 127.0.0.1:" + origin.address().getPort() + "\r\n");
        for (String line : passing) {
            head.append(line).append("\r\n");
        }
        return head
                + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\nVia: 1.1 "
                + Configs.VIA + "\r\n\r\n";
    }
}
