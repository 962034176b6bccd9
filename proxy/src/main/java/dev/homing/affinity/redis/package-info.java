// SPDX-License-Identifier: Apache-2.0
/** A fleet's shared table in a Redis or Valkey. What is asked of it and what it says is {@link dev.homing.affinity}'s. */
@NullMarked
package dev.homing.affinity.redis;

import org.jspecify.annotations.NullMarked;
