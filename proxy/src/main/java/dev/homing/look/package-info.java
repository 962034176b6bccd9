// SPDX-License-Identifier: Apache-2.0
/** The look at a request's JSON body that tells whose session it is and which model it wants, at most {@code limits.peek} bytes far. */
@NullMarked
package dev.homing.look;

import org.jspecify.annotations.NullMarked;
