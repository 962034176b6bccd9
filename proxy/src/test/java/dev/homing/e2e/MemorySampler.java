// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The most memory that this process took, above what it had at first: outside the heap at every look, which is often, and inside after a
 * collection, which is seldom.
 */
final class MemorySampler implements AutoCloseable {

    private static final long LOOK_MILLIS = 20;
    private static final long COLLECT_MILLIS = 500;
    private static final long MIB = 1 << 20;

    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor();
    private final long directAtFirst;
    private final long heapAtFirst;

    /** Written by the thread that looks. */
    private volatile long directMost;

    private volatile long heapMost;

    MemorySampler() {
        this.directAtFirst = direct();
        this.heapAtFirst = heap();
        this.directMost = directAtFirst;
        this.heapMost = heapAtFirst;
        looks.scheduleWithFixedDelay(
                () -> directMost = Math.max(directMost, direct()), 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        looks.scheduleWithFixedDelay(
                () -> heapMost = Math.max(heapMost, heap()), COLLECT_MILLIS, COLLECT_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Waits until nothing grows any more. */
    void settle() throws InterruptedException {
        long before;
        do {
            before = directMost;
            Thread.sleep(2 * COLLECT_MILLIS);
        } while (directMost > before + MIB);
    }

    void grewLessThan(long bytes) {
        assertThat(directMost - directAtFirst)
                .as("growth outside the heap: %s", this)
                .isLessThan(bytes);
        assertThat(Math.max(heapMost, heap()) - heapAtFirst)
                .as("growth of the heap: %s", this)
                .isLessThan(bytes);
    }

    /** What the JDK's direct buffers hold, and what Netty took from the system, which depends on the JDK as to who knows of it. */
    private static long direct() {
        long buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return buffers + Math.max(PlatformDependent.usedDirectMemory(), allocated());
    }

    private static long allocated() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }

    @Override
    public String toString() {
        return (directMost - directAtFirst) / MIB + " MiB more outside the heap (from " + directAtFirst / MIB + "), "
                + (heapMost - heapAtFirst) / MIB + " MiB more inside (from " + heapAtFirst / MIB + ")";
    }
}
