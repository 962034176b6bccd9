// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import dev.homing.e2e.storm.Answer.End;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

/** A client that asks several things at once on one HTTP/1.1 connection, and expects to be answered in that order. */
final class Pipeliner implements Runnable {

    private static final int MOST = 6;

    private final Scene scene;
    private final Chance chance;

    Pipeliner(Scene scene, Chance chance) {
        this.scene = scene;
        this.chance = chance;
    }

    @Override
    public void run() {
        while (scene.goesOn()) {
            try (Wire wire = Wire.to(scene.address(), false)) {
                boolean stays = true;
                for (int left = chance.between(1, 3); left > 0 && stays; left--) {
                    stays = round(wire);
                }
            } catch (IOException | InterruptedException e) {
                scene.judge().count("connection lost");
            }
        }
    }

    /** Whether all were answered, so that another round may follow. */
    private boolean round(Wire wire) throws IOException, InterruptedException {
        Queue<Ask> asks = new ArrayDeque<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = chance.between(2, MOST); i > 0; i--) {
            Ask ask = Ask.small(chance, scene.nonce());
            asks.add(ask);
            all.writeBytes(ask.head("HTTP/1.1"));
        }
        wire.send(all.toByteArray());
        int taken = chance.in(15) ? chance.between(0, asks.size() - 1) : asks.size();
        boolean stays = true;
        for (; stays && taken > 0; taken--) {
            Ask ask = asks.remove();
            Answer answer = wire.answer(ask.path(), Integer.MAX_VALUE);
            scene.judge().judge(ask.nonce(), answer);
            stays = answer.end() == End.COMPLETE && !wire.last();
        }
        if (stays && !asks.isEmpty()) {
            Thread.sleep(chance.between(0, 50));
            wire.leave(chance.in(50));
        }
        asks.forEach(ask -> scene.judge().count("not taken"));
        return asks.isEmpty() && stays;
    }
}
