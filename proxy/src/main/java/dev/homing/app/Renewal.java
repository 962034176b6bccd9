// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

/**
 * Files that were read and can be used.
 *
 * @param changes whether they say anything else than before
 * @param use what has to be done so that they are gone by
 */
record Renewal(boolean changes, Runnable use) {}
