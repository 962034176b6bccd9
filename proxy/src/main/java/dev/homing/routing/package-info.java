// SPDX-License-Identifier: Apache-2.0
/**
 * The pure core: which replica a session belongs to, and why. Values in, values out; no network, no clock, no chance, nothing but
 * {@code java.*}.
 */
@NullMarked
package dev.homing.routing;

import org.jspecify.annotations.NullMarked;
