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
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code homing run}: serves until it is told to stop. */
@Command(
        name = "run",
        description = {
            "Serves. Prints one line a listener once it accepts.",
            "SIGHUP or a changed file reloads the configuration; SIGTERM drains."
        })
final class RunCommand implements Callable<Integer> {

    /** How often the configuration file, certificates and keys are looked at; a change counts when two looks agree. */
    private static final Duration LOOK = Duration.ofMillis(500);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOption option;

    @Option(
            names = "--takeover",
            description =
                    "Take over from the homing that runs with this admin address and these listeners: it hands its sessions over,"
                            + " finishes what it has begun, and ends. Without one this is a start as any other.")
    private boolean takeover;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path file = option.file();
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
        try (ProxyRuntime runtime = start(config, () -> ConfigReader.read(file))) {
            runtime.allowTakeover(() -> {
                succeeded.set(true);
                stop.countDown();
            });
            Signals.on("HUP", runtime::reload);
            announce(config, runtime, out);
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

    private ProxyRuntime start(HomingConfig config, ConfigSource source) throws StartFailure {
        return takeover
                ? ProxyRuntime.takeOver(config, source, config.server().io())
                : ProxyRuntime.start(config, source);
    }

    private static void announce(HomingConfig config, ProxyRuntime runtime, PrintWriter out) {
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
