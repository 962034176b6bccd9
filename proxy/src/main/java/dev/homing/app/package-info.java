// SPDX-License-Identifier: Apache-2.0
/** The one place that knows all others: the command line, and the runtime that puts the parts together. */
@NullMarked
package dev.homing.app;

import org.jspecify.annotations.NullMarked;
