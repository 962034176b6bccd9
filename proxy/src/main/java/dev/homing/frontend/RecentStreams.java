// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

/** The ids of the streams that ended last. Confined to its event loop. */
final class RecentStreams {

    private static final int SIZE = 256;

    private final int[] ids = new int[SIZE];
    private int next;

    void add(int id) {
        ids[next] = id;
        next = (next + 1) % SIZE;
    }

    boolean contains(int id) {
        for (int known : ids) {
            if (known == id) {
                return true;
            }
        }
        return false;
    }
}
