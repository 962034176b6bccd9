// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Asks a backend how it is. */
@FunctionalInterface
public interface Probe {

    /** Never throws, never blocks; the stage never fails and completes within the target's timeout, on any thread. */
    CompletionStage<ProbeResult> probe(BackendTarget target);

    /** Asks when its process was started, in the same manner; of the target only the path is another. */
    default CompletionStage<StartTime> startTime(BackendTarget target) {
        return CompletableFuture.completedStage(new StartTime.Silent());
    }

    /** Asks how many requests it works on at once, in the same manner; of the target only the path is another. */
    default CompletionStage<SlotCount> slots(BackendTarget target) {
        return CompletableFuture.completedStage(new SlotCount.Silent(404));
    }
}
