// SPDX-License-Identifier: Apache-2.0
/**
 * The one thread that owns configuration, health and operators' wishes, and the routing tables that it makes of them. The data plane only
 * ever sees the tables.
 */
@NullMarked
package dev.homing.control;

import org.jspecify.annotations.NullMarked;
