// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import dev.homing.e2e.storm.Answer.End;
import dev.homing.wire.RawHttp2;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A client that asks many things at once, each on a stream of one HTTP/2 connection, and takes some of them back. */
final class Multiplexer implements Runnable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MOST = 24;
    private static final int FRAME = 16_384;

    /** Bytes of each answer that a client takes at once that opens its windows little by little. */
    private static final int SIP = 40_000;

    /** More than any connection brings. */
    private static final int WINDOW = 1 << 30;

    private final Scene scene;
    private final Chance chance;

    Multiplexer(Scene scene, Chance chance) {
        this.scene = scene;
        this.chance = chance;
    }

    /** A stream's request. */
    private record Asked(String nonce, String path) {}

    @Override
    public void run() {
        while (scene.goesOn()) {
            boolean sipping = chance.in(20);
            try (RawHttp2 client =
                    sipping ? RawHttp2.to(scene.address(), 8192, 1000).takingNothing() : RawHttp2.to(scene.address())) {
                converse(client, sipping);
            } catch (IOException | InterruptedException e) {
                scene.judge().count("connection lost");
            }
        }
    }

    private void converse(RawHttp2 client, boolean sipping) throws IOException, InterruptedException {
        Map<Integer, Asked> open = new LinkedHashMap<>();
        try {
            if (sipping) {
                client.openWindow(0, WINDOW);
            }
            for (int i = chance.between(1, MOST); i > 0; i--) {
                Asked asked = new Asked(scene.nonce(), Ask.path(chance));
                ask(client, asked, open);
                if (chance.in(30)) {
                    Thread.sleep(chance.between(0, 10));
                }
                if (chance.in(10)) {
                    takeBack(client, open, chance.of(List.copyOf(open.keySet())));
                }
            }
            if (chance.in(20)) {
                Thread.sleep(chance.between(0, 200));
                client.leave(chance.in(50));
                open.forEach((id, asked) -> judge(client, id, asked, End.LEFT));
                open.clear();
            }
        } catch (IOException e) {
            // Its connection was ended: each stream is judged by what came of it.
        }
        await(client, open, sipping);
    }

    private void ask(RawHttp2 client, Asked asked, Map<Integer, Asked> open) throws IOException {
        int size = chance.in(60) ? 0 : chance.in(10) ? 120_000 : chance.between(1, 3_000);
        List<String> fields = new ArrayList<>(List.of("x-nonce", asked.nonce(), "x-size", String.valueOf(size)));
        for (String field : Ask.fields(chance)) {
            fields.add("x-session-id");
            fields.add(field.substring(field.indexOf(' ') + 1));
        }
        String[] head = RawHttp2.head(size == 0 ? "GET" : "POST", asked.path(), fields.toArray(String[]::new));
        if (size == 0) {
            open.put(client.request(head), asked);
            return;
        }
        int id = client.begin(head);
        open.put(id, asked);
        byte[] body = Payload.prompt(asked.nonce(), size);
        for (int at = 0; at < size; at += FRAME) {
            int end = Math.min(size, at + FRAME);
            client.frame(RawHttp2.DATA, end == size ? RawHttp2.END_STREAM : 0, id, Arrays.copyOfRange(body, at, end));
        }
    }

    private void takeBack(RawHttp2 client, Map<Integer, Asked> open, int id) throws IOException {
        client.reset(id, RawHttp2.CANCEL);
        Asked asked = open.remove(id);
        if (asked != null) {
            judge(client, id, asked, End.LEFT);
        }
    }

    private void await(RawHttp2 client, Map<Integer, Asked> open, boolean sipping) throws InterruptedException {
        long latest = System.nanoTime() + PATIENCE_NANOS;
        while (!open.isEmpty()) {
            boolean over = client.over();
            boolean late = System.nanoTime() - latest > 0;
            open.entrySet().removeIf(entry -> {
                RawHttp2.Stream stream = client.stream(entry.getKey());
                boolean ended = stream.ended();
                if (!ended && stream.reset() == null && !over && !late) {
                    return false;
                }
                End how = ended ? End.COMPLETE : stream.reset() != null || over ? End.CUT : End.SILENCE;
                judge(client, entry.getKey(), entry.getValue(), how);
                return true;
            });
            if (sipping && !over) {
                sip(client, open);
            }
            Thread.sleep(2);
        }
    }

    private static void sip(RawHttp2 client, Map<Integer, Asked> open) {
        try {
            for (int id : open.keySet()) {
                client.openWindow(id, SIP);
            }
        } catch (IOException e) {
            // Its connection was ended, which is seen by the one that reads.
        }
    }

    /** What homing has told the client that it did not begin is no answer, and not for the judge. */
    private void judge(RawHttp2 client, int id, Asked asked, End end) {
        RawHttp2.Stream stream = client.stream(id);
        if (end == End.CUT && stream.heads().isEmpty() && client.turnedAway(id)) {
            scene.judge().count("turned away");
            return;
        }
        Answer answer = stream.heads().isEmpty()
                ? Answer.none(asked.path(), end)
                : Answer.of(
                        asked.path(),
                        stream.status(),
                        stream.head().get("x-nonce"),
                        stream.head().get("x-sighting"),
                        stream.body(),
                        end);
        scene.judge().judge(asked.nonce(), answer);
    }
}
