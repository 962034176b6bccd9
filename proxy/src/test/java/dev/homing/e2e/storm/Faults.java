// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** What the log says of bugs: homing's errors, and Netty's warnings of tasks and handlers that threw. Backends that are out are no bug. */
final class Faults extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    static Faults watch() {
        Faults faults = new Faults();
        faults.start();
        faults.root.addAppender(faults);
        return faults;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    protected void append(ILoggingEvent event) {
        Level least = event.getLoggerName().startsWith("io.netty") ? Level.WARN : Level.ERROR;
        if (event.getLevel().isGreaterOrEqual(least)) {
            String trace =
                    event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
            lines.add(event.getLoggerName() + ": " + event.getFormattedMessage() + "\n" + trace);
        }
    }

    @Override
    public void close() {
        root.detachAppender(this);
        stop();
    }
}
