// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.Cause;
import dev.homing.health.SlotCount;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells meters and the log how backends come to stand: a line and an event for each change, none for what changes nothing. */
final class Chronicle {

    private static final Logger log = LoggerFactory.getLogger(Chronicle.class);

    private final Events events;
    private final LongSupplier epochMillis;

    Chronicle(Events events, LongSupplier epochMillis) {
        this.events = events;
        this.epochMillis = epochMillis;
    }

    /**
     * Something happened to a backend.
     *
     * @param before null = not known yet
     * @param what was seen, or who wanted it
     */
    void changed(MonitoredBackend backend, @Nullable Standing before, Cause cause, String what) {
        Standing now = backend.standing();
        if (now == before || (before == null && now == Standing.OFF)) {
            log.debug("backend {} (pool {}) stays {}: {}", backend.id(), backend.pool(), now.label(), what);
            return;
        }
        backend.since(epochMillis.getAsLong());
        events.transition(backend.pool(), backend.id(), now, cause, what);
        switch (now) {
            case UP -> log.info("backend {} (pool {}) is up: {}", backend.id(), backend.pool(), what);
            case DOWN -> log.warn("backend {} (pool {}) is down: {}", backend.id(), backend.pool(), what);
            case DRAIN -> log.info("backend {} (pool {}) drains: {}", backend.id(), backend.pool(), what);
            case OFF -> log.info("backend {} (pool {}) is off: {}", backend.id(), backend.pool(), what);
        }
    }

    /** A replica has been gone from its name for long. */
    void forgotten(MonitoredBackend backend) {
        events.forgotten(backend.pool(), backend.id());
    }

    /**
     * A backend with {@code max_inflight: auto} was asked for its slots: a line for each change, and one warning when it tells none.
     *
     * @param before what was known of it
     */
    void slots(MonitoredBackend backend, SlotLimit before, SlotCount told) {
        SlotLimit now = backend.limit();
        if (now.slots() > 0 && now.slots() != before.slots()) {
            log.info(
                    "backend {} (pool {}) takes {} requests at once: its total_slots",
                    backend.id(),
                    backend.pool(),
                    now.slots());
        } else if (now.warned() && !before.warned()) {
            log.warn(
                    "backend {} (pool {}) has no limit: max_inflight: auto, and {}: {} (expected: a llama-server's total_slots)",
                    backend.id(),
                    backend.pool(),
                    SlotCount.PATH,
                    told.text());
        }
    }
}
