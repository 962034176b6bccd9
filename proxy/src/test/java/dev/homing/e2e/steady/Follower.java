// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.steady;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.homing.e2e.storm.HttpHead;
import dev.homing.e2e.storm.Payload;
import dev.homing.e2e.storm.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client that follows one stream after another on a connection that it keeps for as long as it may, and never tries anything again. Confined
 * to its thread.
 */
final class Follower implements AutoCloseable {

    private static final String REQUEST = "POST /v1/chat/completions HTTP/1.1\r\nHost: homing\r\nX-Session-Id: %s\r\n"
            + SteadyBackend.NONCE + ": %s\r\n" + SteadyBackend.EVENTS + ": %d\r\n"
            + "Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"stream\":true}";

    private final InetSocketAddress address;
    private @Nullable Wire wire;

    Follower(InetSocketAddress address) {
        this.address = address;
    }

    /**
     * One request and its answer. Never fails: what goes wrong is told.
     *
     * @param nonce that no other request has
     */
    Heard ask(String session, String nonce, int events) {
        HttpHead head = null;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String problem;
        try {
            Wire to = connected();
            to.send(REQUEST.formatted(session, nonce, events).getBytes(ISO_8859_1));
            head = to.in().head();
            if (head == null) {
                problem = "closed before its answer";
            } else {
                to.in().responseBody(head, (bytes, length) -> {
                    body.write(bytes, 0, length);
                    return true;
                });
                problem = problem(head, body.toString(ISO_8859_1), nonce, events);
            }
        } catch (IOException e) {
            problem = (head == null ? "no answer: " : Heard.CUT + " after " + body.size() + " bytes: ") + e;
        }
        if (!problem.isEmpty() || (head != null && "close".equals(head.value("connection")))) {
            close();
        }
        return new Heard(session, told(head, "x-homing-backend"), told(head, "x-homing-decision"), problem);
    }

    /** A request with a connection of its own; what was wrong with it, empty when nothing was. */
    static String look(InetSocketAddress address) {
        try (Wire wire = Wire.to(address, false)) {
            wire.send("GET /v1/models HTTP/1.1\r\nHost: homing\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
            HttpHead head = wire.in().head();
            if (head == null || head.status() != 200) {
                return "answered " + head;
            }
            wire.in().responseBody(head, (bytes, length) -> true);
            return "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Wire connected() throws IOException {
        Wire open = wire;
        if (open == null) {
            open = Wire.to(address, false);
            wire = open;
        }
        return open;
    }

    private static String problem(HttpHead head, String body, String nonce, int events) {
        if (head.status() != 200) {
            return head.status() + ": " + body;
        }
        boolean right = nonce.equals(head.value(SteadyBackend.NONCE))
                && told(head, "x-homing-backend").equals(head.value(SteadyBackend.NAME))
                && body.equals(Payload.answer(nonce, events));
        return right ? "" : "not the answer to " + nonce + ": " + head + body;
    }

    private static String told(@Nullable HttpHead head, String field) {
        return head == null ? "" : Objects.requireNonNullElse(head.value(field), "");
    }

    @Override
    public void close() {
        Wire open = wire;
        wire = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // It was over.
            }
        }
    }
}
