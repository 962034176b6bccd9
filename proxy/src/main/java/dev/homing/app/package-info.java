// SPDX-License-Identifier: Apache-2.0
/** The command line and the process: the only package that knows all others. */
@NullMarked
package dev.homing.app;

import org.jspecify.annotations.NullMarked;
