// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import dev.homing.e2e.storm.Answer.End;
import dev.homing.e2e.storm.Departure.When;
import java.io.IOException;

/** A client that asks over HTTP/1 one request after the other, on connections that it keeps for a while. */
final class Asker implements Runnable {

    private final Scene scene;
    private final Chance chance;

    Asker(Scene scene, Chance chance) {
        this.scene = scene;
        this.chance = chance;
    }

    @Override
    public void run() {
        while (scene.goesOn()) {
            try (Wire wire = Wire.to(scene.address(), chance.in(10))) {
                boolean stays = true;
                for (int left = chance.between(1, 8); left > 0 && stays && scene.goesOn(); left--) {
                    stays = ask(wire);
                }
            } catch (IOException | InterruptedException e) {
                scene.judge().count("connection lost");
            }
        }
    }

    /** Whether another request may follow. */
    private boolean ask(Wire wire) throws IOException, InterruptedException {
        Ask ask = Ask.any(chance, scene.nonce());
        boolean old = chance.in(8) && ask.framing() != Ask.Framing.CHUNKED;
        Departure departure = Departure.any(chance);
        Answer answer = answer(wire, ask, departure, old ? "HTTP/1.0" : "HTTP/1.1");
        scene.judge().judge(ask.nonce(), answer);
        return answer.end() == End.COMPLETE && departure.at(When.NEVER) && !old && !wire.last();
    }

    private Answer answer(Wire wire, Ask ask, Departure departure, String version)
            throws IOException, InterruptedException {
        byte[] head = ask.head(version);
        if (departure.at(When.IN_HEAD)) {
            wire.send(head, chance.between(1, head.length - 1));
            return leave(wire, ask, departure);
        }
        try {
            wire.send(head);
            if (ask.expectsContinue()) {
                Thread.sleep(chance.between(0, 100));
            }
            if (departure.at(When.IN_BODY)) {
                wire.send(ask, chance.between(0, Math.max(0, ask.size() - 1)));
                return leave(wire, ask, departure);
            }
            wire.send(ask, ask.size());
            wire.send(ask.end());
        } catch (IOException e) {
            // It was answered before it was all sent, and the answer is here.
            return wire.answer(ask.path(), Integer.MAX_VALUE);
        }
        if (departure.at(When.ASKED)) {
            return leave(wire, ask, departure);
        }
        return wire.answer(ask.path(), departure.at(When.IN_ANSWER) ? departure.after() : Integer.MAX_VALUE);
    }

    private Answer leave(Wire wire, Ask ask, Departure departure) throws IOException, InterruptedException {
        Thread.sleep(departure.after());
        if (!departure.reset() && chance.in(30)) {
            wire.endOutput();
            Answer last = wire.answer(ask.path(), Integer.MAX_VALUE);
            return last.end() == End.CUT ? Answer.none(ask.path(), End.LEFT) : last;
        }
        wire.leave(departure.reset());
        return Answer.none(ask.path(), End.LEFT);
    }
}
