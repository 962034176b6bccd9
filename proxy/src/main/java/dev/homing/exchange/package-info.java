// SPDX-License-Identifier: Apache-2.0
/** One request from its head to the last byte of its answer, whatever protocol the client speaks. */
@NullMarked
package dev.homing.exchange;

import org.jspecify.annotations.NullMarked;
