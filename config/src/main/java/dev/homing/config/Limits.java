// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

/**
 * What a client may send. Sizes in bytes.
 *
 * @param peek how much of a body may be held: to read keys from it and to send it again
 * @param connections client connections at once; 0 = as many as the open-file limit allows
 */
public record Limits(int requestLine, int headerBytes, int headerCount, long body, int peek, int connections) {}
