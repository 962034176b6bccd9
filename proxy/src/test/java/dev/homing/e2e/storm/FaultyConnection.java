// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One connection of a {@link FaultyBackend}: one request after the other, each met with an {@link Act}. A thread of its own. */
final class FaultyConnection implements Runnable {

    private final FaultyBackend owner;
    private final Socket socket;
    private final Chance chance;
    private final CountDownLatch over = new CountDownLatch(1);

    /** Written by its thread, read by whoever breaks it. */
    private volatile boolean busy;

    FaultyConnection(FaultyBackend owner, Socket socket, Chance chance) {
        this.owner = owner;
        this.socket = socket;
        this.chance = chance;
    }

    /** Whether it has a request to answer. */
    boolean busy() {
        return busy;
    }

    /** Ends it from without. Only an idle one may end in good order: the end of a busy one might pass for the end of an answer. */
    void end(boolean reset) {
        try {
            if (reset || busy) {
                socket.setSoLinger(true, 0);
            }
            over.countDown();
            socket.close();
        } catch (IOException e) {
            // It was over.
        }
    }

    @Override
    public void run() {
        try (socket) {
            WireReader in = new WireReader(socket.getInputStream());
            boolean reused = false;
            for (Asked asked = Asked.read(in); asked != null && serve(asked, in, reused); asked = Asked.read(in)) {
                reused = true;
            }
        } catch (IOException | InterruptedException e) {
            // Whoever was on the other side has left, or this side was ended.
        } finally {
            owner.over(this);
        }
    }

    private boolean serve(Asked asked, WireReader in, boolean reused) throws IOException, InterruptedException {
        String nonce = asked.nonce();
        if (nonce == null) {
            return probed();
        }
        busy = true;
        Act act = Act.any(chance, owner.healed(), asked.upgrade());
        Sighting sighting = owner.ledger().saw(nonce, owner.number(), reused, act, act.events(chance));
        Stage stage = new Stage(socket, over, sighting, chance);
        boolean stays;
        if (act.early()) {
            stays = act.on(stage);
            if (stays) {
                readBody(asked, in, nonce);
            }
        } else {
            if (asked.expectsContinue()) {
                stage.say("HTTP/1.1 100 Continue\r\n\r\n");
            }
            readBody(asked, in, nonce);
            stays = act.on(stage);
        }
        busy = false;
        return stays;
    }

    private void readBody(Asked asked, WireReader in, String nonce) throws IOException {
        @Nullable String wrong = asked.body(in, nonce);
        if (wrong != null) {
            owner.ledger().wrong(wrong);
        }
    }

    private boolean probed() throws IOException {
        socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(US_ASCII));
        return true;
    }
}
