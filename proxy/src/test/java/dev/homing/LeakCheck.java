// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class after which Netty reports a buffer that was garbage-collected unreleased. Registered for all classes through {@code
 * META-INF/services}; a class that leaves no buffer behind costs nothing.
 */
public final class LeakCheck implements AfterAllCallback {

    /** Collections that a lost buffer may need to be found: one to become unreachable, one to be queued, and two to spare. */
    private static final int COLLECTIONS = 4;

    private static final long PAUSE_MILLIS = 20;

    private static final Watch WATCH = new Watch();

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(WATCH);
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> leaks = findLeaks();
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " leaked (expected: none)\n" + String.join("\n", leaks));
        }
    }

    /** What has been lost since the last call, with the places where it was touched. */
    static List<String> findLeaks() throws InterruptedException {
        for (int i = 0; i < COLLECTIONS && WATCH.open.get() > 0; i++) {
            System.gc();
            Thread.sleep(PAUSE_MILLIS);
            WATCH.detectors.forEach(Detector::report);
        }
        List<String> found = new ArrayList<>();
        for (String leak = WATCH.leaks.poll(); leak != null; leak = WATCH.leaks.poll()) {
            found.add(leak);
        }
        return found;
    }

    /** Makes the detectors for Netty's classes, and keeps what they say. */
    private static final class Watch extends ResourceLeakDetectorFactory {

        private final Queue<Detector<?>> detectors = new ConcurrentLinkedQueue<>();
        private final Queue<String> leaks = new ConcurrentLinkedQueue<>();

        /** Resources that are tracked and neither released nor reported. */
        private final AtomicInteger open = new AtomicInteger();

        @Override
        @Deprecated
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            Detector<T> detector = new Detector<>(resource, samplingInterval, this);
            detectors.add(detector);
            return detector;
        }
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {

        private final Watch watch;

        Detector(Class<T> resource, int samplingInterval, Watch watch) {
            super(resource, samplingInterval);
            this.watch = watch;
        }

        @Override
        public ResourceLeakTracker<T> track(T resource) {
            return counted(super.track(resource));
        }

        @Override
        public ResourceLeakTracker<T> trackForcibly(T resource) {
            return counted(super.trackForcibly(resource));
        }

        /** Netty tells of lost resources when the next one is tracked: here is one. */
        void report() {
            @SuppressWarnings("unchecked")
            T anything = (T) new Object();
            super.trackForcibly(anything).close(anything);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            watch.open.decrementAndGet();
            watch.leaks.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            reportTracedLeak(resourceType, "");
        }

        private ResourceLeakTracker<T> counted(ResourceLeakTracker<T> tracker) {
            watch.open.incrementAndGet();
            return new Counted<>(tracker, watch.open);
        }
    }

    private record Counted<T>(ResourceLeakTracker<T> tracker, AtomicInteger open) implements ResourceLeakTracker<T> {

        @Override
        public void record() {
            tracker.record();
        }

        @Override
        public void record(Object hint) {
            tracker.record(hint);
        }

        @Override
        public boolean close(T resource) {
            boolean first = tracker.close(resource);
            if (first) {
                open.decrementAndGet();
            }
            return first;
        }

        @Override
        public Throwable getCloseStackTraceIfAny() {
            return tracker.getCloseStackTraceIfAny();
        }
    }
}
