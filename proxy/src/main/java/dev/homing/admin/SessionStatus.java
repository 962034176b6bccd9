// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

/**
 * A session that is bound, by what homing knows of it: never its id.
 *
 * @param hash its key, 16 hex digits
 * @param backend the id of the one that it is bound to
 * @param running its requests that have not ended
 * @param idleSecondsLeft how long it is remembered if no request of it comes; all of its idle TTL while one runs
 */
public record SessionStatus(String hash, String pool, String backend, int running, long idleSecondsLeft) {}
