// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import dev.homing.control.ConfigWatcher;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** What {@code homing run} does: a proxy that serves until it is told to stop, and that signals and changed files reach. */
final class Serving {

    /** How often the configuration file, certificates and keys are looked at; a change counts when two looks agree. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private final PrintWriter out;
    private final PrintWriter err;

    Serving(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Returns when it has stopped, or could not start.
     *
     * @param takeover whether it takes the place of a process that runs
     * @return the exit status, see {@link RootHelp}
     */
    int serve(Path file, boolean takeover) throws InterruptedException {
        HomingConfig config;
        try {
            config = ConfigReader.read(file);
        } catch (ConfigErrors e) {
            e.errors().forEach(err::println);
            return CheckCommand.BAD_CONFIGURATION;
        }
        CountDownLatch stop = new CountDownLatch(1);
        Signals.on("TERM", stop::countDown);
        Signals.on("INT", stop::countDown);
        AtomicBoolean succeeded = new AtomicBoolean();
        try (ProxyRuntime runtime = start(config, () -> ConfigReader.read(file), takeover)) {
            runtime.allowTakeover(() -> {
                succeeded.set(true);
                stop.countDown();
            });
            Signals.on("HUP", runtime::reload);
            announce(config, runtime);
            List<ConfigWatcher> watchers = Stream.concat(
                            Stream.of(runtime.watch(file, LOOK)),
                            Stream.of(Credentials.Kind.values()).map(kind -> runtime.watch(kind, LOOK)))
                    .toList();
            stop.await();
            watchers.forEach(ConfigWatcher::close);
            if (succeeded.get()) {
                runtime.leave();
            } else {
                runtime.drain();
            }
        } catch (StartFailure e) {
            err.println("homing: " + e.getMessage());
            return 1;
        }
        return 0;
    }

    private static ProxyRuntime start(HomingConfig config, ConfigSource source, boolean takeover) throws StartFailure {
        return takeover
                ? ProxyRuntime.takeOver(config, source, config.server().io())
                : ProxyRuntime.start(config, source);
    }

    private void announce(HomingConfig config, ProxyRuntime runtime) {
        for (int i = 0; i < runtime.addresses().size(); i++) {
            out.println("homing: listening on "
                    + Addresses.scheme(config.server().listen().get(i)) + "://"
                    + Addresses.text(runtime.addresses().get(i)) + " (" + runtime.transport() + ")");
        }
        if (runtime.adminAddress() != null) {
            out.println("homing: admin on http://" + Addresses.text(runtime.adminAddress()));
        }
        out.flush();
    }
}
