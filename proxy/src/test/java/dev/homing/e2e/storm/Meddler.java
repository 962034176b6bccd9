// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import dev.homing.app.RunningHoming;
import dev.homing.e2e.Operator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** An operator who is never content: takes backends out and in, reloads by every way that there is, and gets it wrong now and then. */
final class Meddler {

    private final Chance chance;
    private final RunningHoming homing;
    private final Operator operator;
    private final Settings settings;
    private final Judge judge;

    Meddler(Chance chance, RunningHoming homing, Operator operator, Settings settings, Judge judge) {
        this.chance = chance;
        this.homing = homing;
        this.operator = operator;
        this.settings = settings;
        this.judge = judge;
    }

    /** Meddles as long as clients ask. */
    void meddle(Scene scene) {
        try {
            while (scene.goesOn()) {
                Thread.sleep(chance.between(50, 1_200));
                switch (chance.between(0, 5)) {
                    case 0, 1 -> reload();
                    case 2 -> reloadWhatIsWrong();
                    default -> changeState();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts everything as it was at first. */
    void restore() throws IOException {
        settings.write(settings.calm());
        homing.reload();
        for (int i = 0; i < settings.backends(); i++) {
            operator.state("gpu-" + i, "ready");
        }
    }

    private void reload() throws IOException {
        settings.write(settings.shuffled(chance));
        switch (chance.between(0, 2)) {
            case 0 -> expect(200, operator.reload().statusCode());
            case 1 -> homing.reload();
            default -> {} // The file is watched.
        }
    }

    private void reloadWhatIsWrong() throws IOException {
        settings.write("backends: [{id: gpu-0, url: nowhere}]\n");
        expect(400, operator.reload().statusCode());
    }

    /** The first backend is left alone, so that there is somebody to serve. */
    private void changeState() {
        String state = chance.of(
                List.of("\"ready\"", "\"ready\"", "\"drain\"", "\"drain\",\"deadline\":\"300ms\"", "\"off\""));
        String id = "gpu-" + chance.between(1, settings.backends() - 1);
        // A reload may have taken it out of the pool.
        int status = operator.put("/api/backends/" + id + "/state", "{\"state\":" + state + "}")
                .statusCode();
        expect(status == 404 ? 404 : 200, status);
    }

    private void expect(int wanted, int status) {
        if (status != wanted) {
            judge.wrong("the operator was told " + status + " (expected: " + wanted + ")");
        }
    }
}
