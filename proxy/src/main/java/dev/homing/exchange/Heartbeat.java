// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.loop.Deadline;
import dev.homing.loop.Deadlines;
import io.netty.buffer.Unpooled;
import java.time.Duration;

/**
 * A comment to the client whenever its event stream has been silent for so long, as the HTML standard advises (section 9.2.7, "Authoring notes"): a
 * vLLM says nothing while it reads a prompt, which clients and what lies between take for a dead connection. Confined to its event loop.
 */
final class Heartbeat {

    private static final byte[] COMMENT = {':', '\n', '\n'};

    private final ClientStream client;
    private final ResponseRelay relay;
    private final Duration silence;
    private final Deadline deadline;

    /** @param silence of the backend before a comment, and between two of them */
    Heartbeat(ClientStream client, ResponseRelay relay, Duration silence, Deadlines deadlines) {
        this.client = client;
        this.relay = relay;
        this.silence = silence;
        this.deadline = deadlines.open(this::beat);
        heard();
    }

    /** The backend said something. */
    void heard() {
        deadline.in(silence);
    }

    void close() {
        deadline.close();
    }

    /** To a client that is behind, what it has still to take is sign of life enough. */
    private void beat() {
        if (relay.betweenEvents() && client.writable()) {
            relay.insert(Unpooled.wrappedBuffer(COMMENT));
            client.flush();
        }
        heard();
    }
}
