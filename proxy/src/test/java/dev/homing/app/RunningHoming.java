// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import dev.homing.config.Server;
import dev.homing.control.ConfigWatcher;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A whole proxy in this process, as tests of other packages see it: made from YAML, reached over its listeners. */
public final class RunningHoming implements AutoCloseable {

    private final ProxyRuntime runtime;
    private final List<ConfigWatcher> watchers;

    private RunningHoming(ProxyRuntime runtime, List<ConfigWatcher> watchers) {
        this.runtime = runtime;
        this.watchers = watchers;
    }

    /** From a text that stays as it is. */
    public static RunningHoming start(String yaml) {
        try {
            HomingConfig config = ConfigReader.read("test.yaml", yaml, name -> null);
            return new RunningHoming(ProxyRuntime.start(config, ConfigSource.fixed(config), io(config)), List.of());
        } catch (ConfigErrors | StartFailure e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    /** From a file that is read anew when a reload is asked for, and not before. */
    public static RunningHoming of(Path file) {
        return new RunningHoming(reading(file), List.of());
    }

    /** From a file that is read anew whenever it changes, as are the files that it names, looked at every {@code period}. */
    public static RunningHoming watching(Path file, Duration period) {
        ProxyRuntime runtime = reading(file);
        Stream<ConfigWatcher> named = Stream.of(Credentials.Kind.values()).map(kind -> runtime.watch(kind, period));
        return new RunningHoming(
                runtime,
                Stream.concat(Stream.of(runtime.watch(file, period)), named).toList());
    }

    private static ProxyRuntime reading(Path file) {
        try {
            HomingConfig config = ConfigReader.read(file);
            return ProxyRuntime.start(config, () -> ConfigReader.read(file), io(config));
        } catch (ConfigErrors | StartFailure e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    /** Where the configuration leaves it open: the best of those that {@code -Dhoming.test.io} asks for, or the first of them. */
    private static Server.Io io(HomingConfig config) {
        String asked = System.getProperty("homing.test.io");
        if (asked == null || config.server().io() != Server.Io.AUTO) {
            return config.server().io();
        }
        List<String> names = Stream.of(asked.split(",", -1)).map(String::strip).toList();
        return names.contains(Transports.best())
                ? Server.Io.AUTO
                : Server.Io.valueOf(names.get(0).toUpperCase(Locale.ROOT));
    }

    /** Where clients connect to. */
    public URI clients() {
        return url(runtime.addresses().get(0));
    }

    /** Where operators connect to. */
    public URI operators() {
        return url(runtime.adminAddress());
    }

    /** Reads the configuration anew, as SIGHUP does; returns when it is in force or was refused. */
    public void reload() {
        runtime.reload().toCompletableFuture().join();
    }

    /** The transport that was taken. */
    public String transport() {
        return runtime.transport();
    }

    /** Drains, as SIGTERM does; returns when that is over. */
    public void drain() {
        runtime.drain();
    }

    @Override
    public void close() {
        watchers.forEach(ConfigWatcher::close);
        runtime.close();
    }

    private static URI url(InetSocketAddress address) {
        return URI.create("http://" + Addresses.text(address));
    }
}
