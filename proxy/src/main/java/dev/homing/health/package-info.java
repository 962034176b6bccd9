// SPDX-License-Identifier: Apache-2.0
/** Whether a backend may be used: probes, the outcomes of real requests, and the state machine that both drive. */
@NullMarked
package dev.homing.health;

import org.jspecify.annotations.NullMarked;
