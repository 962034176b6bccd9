// SPDX-License-Identifier: Apache-2.0
/**
 * What each backend has to do right now, and who waits for one that has no room: with {@code SessionTable} the only state that all event loops
 * share.
 */
@NullMarked
package dev.homing.admission;

import org.jspecify.annotations.NullMarked;
