// SPDX-License-Identifier: Apache-2.0
/**
 * What backends tell about themselves, read from the pages that they have for it, and what of it an operator should know. Nothing here is part of
 * serving: {@code homing check --probe} and {@code homing init} ask, once.
 */
@NullMarked
package dev.homing.survey;

import org.jspecify.annotations.NullMarked;
