// SPDX-License-Identifier: Apache-2.0
package dev.homing.archfixture;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** Breaks the rules of the layout on purpose, so that a test can see that they bite. Nothing of it is ever run. */
public final class Offender {

    static final HashMap<String, String> TABLE = new HashMap<>();
    static final int[] NUMBERS = {1};

    /** What is allowed beside the two above. */
    private static final byte[] OWN = {1};

    static final Map<String, String> VALUES = Map.of();

    static int counter;

    ByteBuf buffer;
    Caffeine<Object, Object> cache;

    long clocks() {
        LongSupplier reference = System::nanoTime;
        return reference.getAsLong()
                + System.currentTimeMillis()
                + Instant.now().getEpochSecond()
                + OWN[0];
    }

    double randomness() {
        return Math.random() + ThreadLocalRandom.current().nextInt() + new Random(1).nextInt();
    }

    Executor threads() {
        new Thread(this::clocks).start();
        return Executors.newCachedThreadPool();
    }

    boolean waits(CountDownLatch latch, BlockingQueue<Object> queue, Future<?> channel) throws Exception {
        Thread.sleep(1);
        latch.await();
        return queue.take().equals(new CompletableFuture<Object>().join())
                || channel.sync().isDone();
    }
}
