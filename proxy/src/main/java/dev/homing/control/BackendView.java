// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.routing.BackendState;
import java.net.URI;

/**
 * One backend as operators see it.
 *
 * @param sinceEpochMillis wall clock of its last change of standing
 * @param reason one line for people: what was seen, or who wanted it
 * @param maxInflight requests that it takes at once, 0 = no limit
 */
public record BackendView(
        String pool,
        String id,
        URI url,
        BackendState state,
        boolean healthy,
        long sinceEpochMillis,
        String reason,
        double weight,
        int maxInflight,
        int slot) {}
