// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Everybody who has to do with homing in one storm: a thread each. */
final class Company {

    private static final int ASKERS = 16;
    private static final int PIPELINERS = 3;
    private static final int MULTIPLEXERS = 4;
    private static final int TUNNELLERS = 4;

    private final Scene scene;
    private final Chance chance;
    private final List<Thread> threads = new ArrayList<>();

    private Company(Scene scene, Chance chance) {
        this.scene = scene;
        this.chance = chance;
    }

    /** All of them have begun. */
    static Company start(Scene scene, long seed) {
        Company company = new Company(scene, Chance.of(seed, "company"));
        company.join(ASKERS, each -> new Asker(scene, each));
        company.join(PIPELINERS, each -> new Pipeliner(scene, each));
        company.join(MULTIPLEXERS, each -> new Multiplexer(scene, each));
        company.join(TUNNELLERS, each -> new Tunneller(scene, each));
        return company;
    }

    /** That many more, each with choices of its own. */
    void join(int count, Function<Chance, Runnable> role) {
        for (int i = 0; i < count; i++) {
            Runnable one = role.apply(chance.split());
            threads.add(Threads.start("company", () -> play(one)));
        }
    }

    /** Returns when the last of them is done. */
    void awaitEnd() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void play(Runnable one) {
        try {
            one.run();
        } catch (RuntimeException | Error e) {
            scene.judge().wrong(one + " failed: " + e);
        }
    }
}
