// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What a backend does about a request: well, or in one of the ways in which backends break. */
enum Act {
    CHUNKED(30, Stage::chunked),
    LENGTH(20, Stage::declared),
    UNTIL_CLOSE(4, stage -> {
        stage.head(200, "Connection: close");
        stage.whole();
        stage.body(100);
        return stage.close();
    }),
    TRICKLE(2, stage -> {
        stage.slowly();
        return stage.chunked();
    }),
    INTERIM(4, stage -> {
        stage.interim(102, 103, 100);
        return stage.chunked();
    }),
    LARGE(4, Stage::declared),
    BUSY(2, stage -> stage.declared(503)),
    FAULT(2, stage -> stage.declared(500)),
    EARLY(3, Stage::declared),
    EARLY_CLOSE(2, stage -> {
        stage.declared();
        return stage.close();
    }),
    THEN_FIN(3, stage -> {
        stage.declared();
        stage.pause(20);
        return stage.close();
    }),
    THEN_RESET(3, stage -> {
        stage.declared();
        stage.pause(20);
        return stage.reset();
    }),
    /** More than was declared: what was declared is the answer, the rest is nobody's. */
    EXCESS(2, stage -> {
        stage.head(200, "Content-Length: " + stage.length());
        stage.whole();
        stage.bodyWith("HTTP/1.1 200 OK\r\nX-Nonce: stray\r\nContent-Length: 5\r\n\r\nstray");
        return true;
    }),
    LOADING(4, stage -> {
        stage.say("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 75\r\n\r\n");
        stage.say("{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}");
        return stage.close();
    }),
    RESET_UNANSWERED(2, Stage::reset),
    FIN_UNANSWERED(2, Stage::close),
    RESET_IN_CHUNKS(2, stage -> {
        stage.head(200, "Transfer-Encoding: chunked");
        stage.chunks(50);
        return stage.reset();
    }),
    FIN_IN_CHUNKS(2, stage -> {
        stage.head(200, "Transfer-Encoding: chunked");
        stage.chunks(100);
        return stage.close();
    }),
    FIN_TOO_SOON(2, stage -> {
        stage.head(200, "Content-Length: " + stage.length());
        stage.body(50);
        return stage.close();
    }),
    RESET_UNTIL_CLOSE(2, stage -> {
        stage.head(200, "Connection: close");
        stage.body(50);
        return stage.reset();
    }),
    BAD_CHUNK(2, stage -> {
        stage.head(200, "Transfer-Encoding: chunked");
        stage.chunks(50);
        stage.say("zz\r\nwhatever\r\n0\r\n\r\n");
        return true;
    }),
    HALF_HEAD(1, stage -> {
        stage.say("HTTP/1.1 200 OK\r\nContent-Le");
        return stage.close();
    }),
    GARBAGE(1, stage -> {
        stage.say("\u0000\u0001SSH-2.0-no\r\n\r\n");
        return true;
    }),
    HUGE_HEAD(1, stage -> {
        stage.say("HTTP/1.1 200 OK\r\nX-Filler: " + "f".repeat(70_000) + "\r\n\r\n");
        return true;
    }),
    TWO_LENGTHS(1, stage -> {
        stage.head(200, "Content-Length: 3\r\nTransfer-Encoding: chunked");
        stage.say("0\r\n\r\n");
        return true;
    }),
    SWITCH_UNASKED(1, stage -> {
        stage.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
        return true;
    }),
    ENDLESS_INTERIM(1, stage -> {
        stage.interim(IntStream.generate(() -> 103).limit(200).toArray());
        return stage.close();
    }),
    STALL(1, stage -> {
        stage.stall();
        return false;
    }),
    STALL_IN_BODY(1, stage -> {
        stage.head(200, "Transfer-Encoding: chunked");
        stage.chunks(50);
        stage.stall();
        return false;
    }),
    /** Of a request to switch protocols: it does, and says everything back. */
    TUNNEL(0, stage -> {
        stage.echo();
        return false;
    });

    private static final List<Act> FAULTY = byWeight();

    private final int weight;

    @SuppressWarnings("ImmutableEnumChecker") // A play holds nothing.
    private final Play play;

    /** Says whether the connection serves on. */
    private interface Play {

        boolean on(Stage stage) throws IOException, InterruptedException;
    }

    Act(int weight, Play play) {
        this.weight = weight;
        this.play = play;
    }

    /** @param healed whether only what is right will do */
    static Act any(Chance chance, boolean healed, boolean upgrade) {
        if (upgrade && (healed || chance.in(70))) {
            return TUNNEL;
        }
        return healed ? chance.of(List.of(CHUNKED, LENGTH)) : chance.of(FAULTY);
    }

    /** Whether it answers before it has read the request's body. */
    boolean early() {
        return this == EARLY || this == EARLY_CLOSE;
    }

    /** Does it; whether the connection serves on. */
    boolean on(Stage stage) throws IOException, InterruptedException {
        return play.on(stage);
    }

    /** Events of its answer. */
    int events(Chance chance) {
        return switch (this) {
            case LARGE -> chance.between(300, 900);
            case TRICKLE -> 1;
            default -> chance.between(1, 12);
        };
    }

    private static List<Act> byWeight() {
        List<Act> acts = new ArrayList<>();
        for (Act act : values()) {
            for (int i = 0; i < act.weight; i++) {
                acts.add(act);
            }
        }
        return List.copyOf(acts);
    }
}
