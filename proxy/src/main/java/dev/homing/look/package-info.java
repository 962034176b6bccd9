// SPDX-License-Identifier: Apache-2.0
/**
 * What JSON bodies tell: the look at a request that finds whose session it is and which model it wants, at most {@code limits.peek} bytes far, and
 * lists of models.
 */
@NullMarked
package dev.homing.look;

import org.jspecify.annotations.NullMarked;
