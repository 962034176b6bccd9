// SPDX-License-Identifier: Apache-2.0
/** Operators at work under a steady load: streams of which every byte is known beforehand, one after another, and nothing that breaks by itself. */
@NullMarked
package dev.homing.e2e.steady;

import org.jspecify.annotations.NullMarked;
