// SPDX-License-Identifier: Apache-2.0
/** Connections to backends: made, leased to one exchange at a time, pooled per event loop. */
@NullMarked
package dev.homing.upstream;

import org.jspecify.annotations.NullMarked;
