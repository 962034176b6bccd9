// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

/**
 * What a body says at one of the keys that are looked for.
 *
 * @param path as it was configured
 * @param value without blanks around it, not empty
 */
public record BodyKey(String path, String value) {}
