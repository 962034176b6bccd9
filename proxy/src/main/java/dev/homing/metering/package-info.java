// SPDX-License-Identifier: Apache-2.0
/** Finds token usage and the first content token in a response as its bytes pass, without buffering or delaying them. */
@NullMarked
package dev.homing.metering;

import org.jspecify.annotations.NullMarked;
