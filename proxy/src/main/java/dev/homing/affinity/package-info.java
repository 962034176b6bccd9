// SPDX-License-Identifier: Apache-2.0
/**
 * What keeps a session on its replica: how its key is found in a request, the sticky table that remembers where it is bound, and the decision
 * made from both. Shared by all event loops; neither blocks nor reads a clock of its own.
 */
@NullMarked
package dev.homing.affinity;

import org.jspecify.annotations.NullMarked;
