// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this process holds on to.
 *
 * @param heap bytes, after collections
 * @param files descriptors that are open, sockets included; 0 where that is not told
 */
record Footprint(long heap, long files) {

    private static final int COLLECTIONS = 3;

    static Footprint now() throws InterruptedException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            Thread.sleep(50);
        }
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getOpenFileDescriptorCount()
                : 0;
        return new Footprint(heap, files);
    }

    @Override
    public String toString() {
        return heap / 1024 + " KiB of heap, " + files + " open files";
    }
}
