// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

/** What clients' connections are told, as an event through their pipelines, when they have to go. */
enum Farewell {

    /** Another process has taken over: the next answer is the last one. */
    LEAVE,
    /** homing is about to stop. */
    DRAIN
}
