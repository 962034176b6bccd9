// SPDX-License-Identifier: Apache-2.0
/** What an event loop is made of and has of its own: the transport that moves bytes, and the deadlines of everything that runs on it. */
@NullMarked
package dev.homing.loop;

import org.jspecify.annotations.NullMarked;
