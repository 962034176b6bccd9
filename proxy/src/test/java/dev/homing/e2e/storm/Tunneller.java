// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client that has its connection switched to WebSocket, and checks that it hears what it says. */
final class Tunneller implements Runnable {

    private static final String PATH = "/v1/realtime";

    private final Scene scene;
    private final Chance chance;

    Tunneller(Scene scene, Chance chance) {
        this.scene = scene;
        this.chance = chance;
    }

    @Override
    public void run() {
        while (scene.goesOn()) {
            try (Wire wire = Wire.to(scene.address(), false)) {
                String nonce = scene.nonce();
                wire.send(handshake(nonce));
                String verdict = scene.judge().judge(nonce, wire.answer(PATH, Integer.MAX_VALUE));
                if (verdict.equals(Judge.TUNNELLED)) {
                    talk(wire, nonce);
                    wire.leave(chance.in(50));
                }
            } catch (IOException | InterruptedException e) {
                scene.judge().count("tunnel broken");
            }
        }
    }

    private byte[] handshake(String nonce) {
        List<String> fields = new ArrayList<>(Ask.fields(chance));
        fields.addAll(List.of(
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
        return new Ask(nonce, PATH, 0, Ask.Framing.NONE, false, fields).head("HTTP/1.1");
    }

    private void talk(Wire wire, String nonce) throws IOException, InterruptedException {
        for (int i = chance.between(0, 10); i > 0; i--) {
            byte[] words = Payload.prompt(nonce, chance.between(1, 20_000));
            wire.send(words);
            byte[] heard = new byte[words.length];
            int length = 0;
            for (int more = 0; more >= 0 && length < heard.length; length += Math.max(0, more)) {
                byte[] block = new byte[heard.length - length];
                more = wire.in().some(block);
                System.arraycopy(block, 0, heard, length, Math.max(0, more));
                if (more < 0) {
                    return;
                }
            }
            if (!Arrays.equals(words, heard)) {
                scene.judge().wrong("through the tunnel of " + nonce + " came " + new String(heard, US_ASCII));
            }
            Thread.sleep(chance.between(0, 30));
        }
    }
}
