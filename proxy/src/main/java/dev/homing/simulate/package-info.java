// SPDX-License-Identifier: Apache-2.0
/**
 * What routing would do to recorded traffic: traces are replayed through the classes that route real requests, in front of simulated caches, in
 * virtual time. Nothing here waits, and a seed decides all that is chance.
 */
@NullMarked
package dev.homing.simulate;

import org.jspecify.annotations.NullMarked;
