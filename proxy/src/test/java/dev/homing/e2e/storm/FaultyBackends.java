// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The backends of a storm. */
record FaultyBackends(List<FaultyBackend> backends) implements AutoCloseable {

    static FaultyBackends start(int count, long seed, Ledger ledger) throws IOException {
        List<FaultyBackend> backends = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            backends.add(FaultyBackend.start(i, seed, ledger));
        }
        return new FaultyBackends(List.copyOf(backends));
    }

    /** All of them break from now on. */
    void worsen() {
        backends.forEach(FaultyBackend::worsen);
    }

    /** All of them do what is right from now on, and nothing else. */
    void heal() throws InterruptedException {
        for (FaultyBackend backend : backends) {
            backend.heal();
        }
    }

    /** Connections that they have. */
    int connections() {
        return backends.stream().mapToInt(FaultyBackend::connections).sum();
    }

    @Override
    public void close() throws IOException {
        for (FaultyBackend backend : backends) {
            backend.close();
        }
    }
}
