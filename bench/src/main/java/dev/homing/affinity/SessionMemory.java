// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.bench.Samples;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What sessions in the table take of the heap: of a million, or as many as the argument says, when each has had one request, when each has come
 * back once, and when the table was swept since.
 */
public final class SessionMemory {

    private static final long IDLE_TTL = TimeUnit.HOURS.toNanos(1);
    private static final int SEED = 7;

    private SessionMemory() {}

    /** Prints three lines. */
    public static void main(String[] arguments) throws InterruptedException {
        int sessions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        Pool pool = Samples.pool(64);
        long empty = usedBytes();
        SessionTable table = new SessionTable(sessions, System::nanoTime);
        SessionRouter router = new SessionRouter(table, slot -> 0);
        for (String when : new String[] {"had one request", "have come back"}) {
            turn(router, pool, sessions);
            tell(System.out, table.size() + " sessions that " + when, usedBytes() - empty, table.size());
        }
        for (int swept = 0; swept < sessions; swept += 10_000) {
            table.sweep();
        }
        tell(System.out, table.size() + " sessions that rest", usedBytes() - empty, table.size());
        Reference.reachabilityFence(router);
    }

    private static void turn(SessionRouter router, Pool pool, int sessions) {
        SplittableRandom ids = new SplittableRandom(SEED);
        for (int i = 0; i < sessions; i++) {
            router.release(router.route(pool, Arrival.of(new SessionKey(ids.nextLong()), IDLE_TTL)));
        }
    }

    private static void tell(PrintStream out, String what, long bytes, long sessions) {
        out.printf("%s: %.1f MB, %.1f bytes each%n", what, bytes / 1e6, (double) bytes / sessions);
    }

    /** After collections, until they find no more. */
    private static long usedBytes() throws InterruptedException {
        long used = Long.MAX_VALUE;
        for (long before = 0; before != used; ) {
            before = used;
            System.gc();
            Thread.sleep(100);
            used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            used -= used % 100_000; // nearer than that says nothing
        }
        return used;
    }
}
