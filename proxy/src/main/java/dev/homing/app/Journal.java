// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Telemetry;
import dev.homing.observe.AccessLog;
import dev.homing.observe.ProxyMeters;
import dev.homing.observe.Tracing;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** What is told of each single request, beside the meters: its line in the access log and its span, and who writes them. */
final class Journal {

    private final AccessLog accessLog = new AccessLog(System::currentTimeMillis);
    private final AccessLogWriter lines = new AccessLogWriter(accessLog, new SecureRandom().nextLong());
    private final Tracing tracing =
            new Tracing(Journal::epochNanos, () -> ThreadLocalRandom.current().nextLong());
    private final SpanWriter spans = new SpanWriter(tracing);

    /** @param meters count what is lost */
    Journal(ProxyMeters meters) {
        meters.droppedLines(lines::dropped);
        meters.droppedSpans(spans::dropped);
    }

    /**
     * Opens what the configuration names.
     *
     * @return what has to be done so that lines and spans go there
     * @throws IllegalArgumentException when the access log cannot be written
     */
    Runnable open(Telemetry wanted) {
        Runnable newLog = lines.open(wanted.accessLog());
        return () -> {
            newLog.run();
            spans.use(wanted.tracing());
        };
    }

    /** Told of what the data plane does. */
    AccessLog accessLog() {
        return accessLog;
    }

    /** Gives requests their place in a trace, and is told of what the data plane does. */
    Tracing tracing() {
        return tracing;
    }

    /** Has the access log go on in the file that has its name by now. */
    void reopen() {
        lines.reopen();
    }

    /** Writes what is left of the access log, and sends what is left of spans; to be called when no request runs any more. */
    void close() {
        lines.close();
        spans.close();
    }

    /** The time of day. */
    static long epochNanos() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }
}
