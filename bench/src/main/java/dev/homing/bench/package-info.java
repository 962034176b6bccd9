// SPDX-License-Identifier: Apache-2.0
/** Comparisons that take minutes, run by hand. */
@NullMarked
package dev.homing.bench;

import org.jspecify.annotations.NullMarked;
