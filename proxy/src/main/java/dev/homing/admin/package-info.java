// SPDX-License-Identifier: Apache-2.0
/** The listener for operators and their programs: metrics, readiness, and an API to see and steer what homing does. */
@NullMarked
package dev.homing.admin;

import org.jspecify.annotations.NullMarked;
