// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

/** Who watches a demo run; called from any thread, one call at a time. */
@FunctionalInterface
public interface Progress {

    void at(String phase, int done, int all);
}
