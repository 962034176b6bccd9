// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.BackendConfig;
import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.DnsName;
import dev.homing.config.HomingConfig;
import dev.homing.config.Listener;
import dev.homing.config.PoolConfig;
import dev.homing.config.RouteConfig;
import dev.homing.config.ShareAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code homing check}: what a configuration would do, or everything that is wrong with it. */
@Command(
        name = "check",
        description =
                "Reads a configuration and says what it would do, or every error in it. Without --probe it asks nobody.")
final class CheckCommand implements Callable<Integer> {

    /** Exit code for bad usage and bad configurations. */
    static final int BAD_CONFIGURATION = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOption option;

    @Option(
            names = "--probe",
            description = {
                "Ask each backend what it is, and say which of its flags are missing. One that is not reached is a warning.",
                "This makes no engine compute anything."
            })
    private boolean probe;

    @Option(
            names = "--generate",
            description =
                    "With --probe: also have each backend generate two tokens, because only answers show whether it caches"
                            + " prompts and tells what it had of them.")
    private boolean generate;

    @Override
    public Integer call() {
        if (generate && !probe) {
            throw new ParameterException(spec.commandLine(), "--generate: without --probe (expected: both)");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path file = option.file();
        try {
            HomingConfig config = ConfigReader.read(file);
            out.println(file + ": valid");
            tell(config, out);
            warn(config, err);
            if (probe) {
                try (Enquiry enquiry = new Enquiry()) {
                    new ProbeReport(enquiry, generate, out, err).tell(config);
                }
            }
            return 0;
        } catch (ConfigErrors e) {
            e.errors().forEach(err::println);
            int count = e.errors().size();
            err.println(file + ": " + count + (count == 1 ? " error" : " errors"));
            return BAD_CONFIGURATION;
        }
    }

    private static void tell(HomingConfig config, PrintWriter out) {
        for (Listener listener : config.server().listen()) {
            out.println("listen   " + Addresses.scheme(listener) + "://" + listener.address()
                    + (listener.proxyProtocol() ? " behind PROXY protocol" : ""));
        }
        out.println(
                config.server().admin() == null
                        ? "admin    none"
                        : "admin    http://" + config.server().admin());
        for (PoolConfig pool : config.pools()) {
            String headers =
                    String.join(", ", pool.settings().affinity().identity().headers());
            out.println("pool     " + pool.name() + ": "
                    + lower(pool.settings().affinity().placement().policy())
                    + (headers.isEmpty() ? ", no session header" : ", sessions by " + headers));
            for (BackendConfig backend : pool.backends()) {
                out.println("backend  " + pool.name() + "/" + backend.id() + " " + backend.url() + " weight "
                        + backend.weight() + " " + lower(backend.state()) + replicas(backend.name()));
            }
        }
        for (RouteConfig route : config.routes()) {
            out.println("route    " + match(route) + " -> " + route.pool());
        }
    }

    private static String replicas(@Nullable DnsName name) {
        return name == null ? "" : name.isService() ? ", each of its SRV records" : ", each of its addresses";
    }

    /** What is no error, and yet hardly meant. */
    private static void warn(HomingConfig config, PrintWriter err) {
        Set<String> reached = config.routes().stream().map(RouteConfig::pool).collect(Collectors.toSet());
        for (PoolConfig pool : config.pools()) {
            if (!reached.contains(pool.name())) {
                err.println("warning: pool " + pool.name() + ": no route leads to it");
            }
        }
        // It may be checked on another machine than it is for.
        warnIfRefused(() -> new ListenerTls().read(config.server().listen()), err);
        warnIfRefused(() -> new UpstreamTls().read(config), err);
        ShareAddress share = config.defaults().affinity().table().share();
        if (share != null) {
            warnIfRefused(() -> ShareUris.place(share), err);
        }
        warnIfRefused(() -> new KeyRing().read(config), err);
        warnIfRefused(() -> AccessLogWriter.attempt(config.telemetry().accessLog()), err);
    }

    private static void warnIfRefused(Runnable reading, PrintWriter err) {
        try {
            reading.run();
        } catch (IllegalArgumentException e) {
            err.println("warning: " + e.getMessage());
        }
    }

    private static String match(RouteConfig route) {
        StringBuilder text = new StringBuilder();
        if (route.host() != null) {
            text.append("host ").append(route.host()).append(' ');
        }
        if (route.pathPrefix() != null) {
            text.append("path ").append(route.pathPrefix()).append(' ');
        }
        route.headers()
                .forEach((name, value) -> text.append("header ")
                        .append(name)
                        .append('=')
                        .append(value)
                        .append(' '));
        return text.isEmpty() ? "everything" : text.toString().strip();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
