// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

/**
 * A pool as its mapping gives it, before what it leaves out comes from the top level.
 *
 * @param values its backends, and what it overrides
 */
record PoolDraft(String name, Values values) {

    /** The pool that {@code backends} at the top level is short for. */
    static final String DEFAULT = "default";
}
