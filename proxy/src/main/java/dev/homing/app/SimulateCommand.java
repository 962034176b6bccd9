// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.demo.ProgressBar;
import dev.homing.simulate.BadTrace;
import dev.homing.simulate.Incident;
import dev.homing.simulate.Policy;
import dev.homing.simulate.Replay;
import dev.homing.simulate.Report;
import dev.homing.simulate.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code homing simulate}: recorded traffic through the real routing code, in front of simulated caches. */
@Command(
        name = "simulate",
        description =
                "Replays traces through the real routing code, in front of simulated caches, and compares policies.")
public final class SimulateCommand implements Callable<Integer> {

    /** How often the bar is drawn: once in so many parts of a replay. */
    private static final int STEPS = 100;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    private CommandSpec spec;

    @Parameters(
            paramLabel = "TRACE",
            arity = "1..*",
            description = "files of one JSON object a line, plain or gzipped: traces, or homing's own access log")
    @SuppressWarnings("NullAway.Init")
    private List<Path> traces;

    @Option(names = "--backends", paramLabel = "N", defaultValue = "4", description = "default: ${DEFAULT-VALUE}")
    private int backends;

    @Option(
            names = "--cache-tokens",
            paramLabel = "N",
            defaultValue = "4M",
            converter = Quantities.Count.class,
            description = "tokens that each backend's prefix cache holds (default: ${DEFAULT-VALUE})")
    private long cacheTokens;

    @Option(
            names = "--policy",
            paramLabel = "P",
            split = ",",
            converter = PolicyName.class,
            description =
                    "which ones, of round_robin, least_inflight, rendezvous, load_aware, load_aware+relief, load_aware+prefix"
                            + " and oracle (default: all)")
    private List<Policy> policies = Arrays.asList(Policy.values());

    @Option(
            names = "--slack",
            paramLabel = "N",
            defaultValue = "16384",
            converter = Quantities.Count.class,
            description = "load_aware: affinity.slack_tokens (default: ${DEFAULT-VALUE})")
    private long slack;

    @Option(
            names = "--relief",
            paramLabel = "F",
            defaultValue = "4",
            description = "load_aware+relief: affinity.relief (default: ${DEFAULT-VALUE})")
    private double relief;

    @Option(
            names = "--copies",
            paramLabel = "N",
            defaultValue = "1",
            description = "so many copies of the trace at once, with sessions of their own (default: ${DEFAULT-VALUE})")
    private int copies;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "of all that is chance (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--event",
            paramLabel = "NAME",
            defaultValue = "none",
            converter = EventName.class,
            description = "fail, scaleout or restart: counts the 5 minutes after it (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private Incident event;

    @Option(names = "--json", description = "prints the figures as JSON")
    private boolean json;

    @Override
    public Integer call() {
        Replay replay;
        try {
            Scenario scenario = new Scenario(backends, cacheTokens, slack, relief, seed, event);
            replay = new Replay(traces, policies, copies, scenario);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        try {
            Report report = replay.run(progress());
            spec.commandLine().getOut().print(json ? report.json() + "\n" : report.table());
            spec.commandLine().getOut().flush();
            return 0;
        } catch (BadTrace e) {
            spec.commandLine().getErr().println("homing simulate: " + e.getMessage());
            return 2;
        }
    }

    /** A bar where somebody sees it, else nothing. */
    private Replay.Progress progress() {
        if (!errorsGoToATerminal()) {
            return (phase, done, all) -> {};
        }
        ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), true);
        return (phase, done, all) -> {
            if (done == all || done % Math.max(1, all / STEPS) == 0) {
                bar.at(phase, done, all);
            }
        };
    }

    /** Java tells of a console only when standard output is one as well, so the kernel is asked. */
    private static boolean errorsGoToATerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return Ansi.AUTO.enabled(); // no Linux
        }
    }

    static final class PolicyName implements ITypeConverter<Policy> {
        @Override
        public Policy convert(String value) {
            Policy policy = Policy.named(value.strip());
            if (policy == null) {
                throw expected(value, Arrays.stream(Policy.values()).map(Policy::label));
            }
            return policy;
        }
    }

    static final class EventName implements ITypeConverter<Incident> {
        @Override
        public Incident convert(String value) {
            return Arrays.stream(Incident.values())
                    .filter(incident -> incident.label().equals(value.toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() ->
                            expected(value, Arrays.stream(Incident.values()).map(Incident::label)));
        }
    }

    private static TypeConversionException expected(String value, Stream<String> names) {
        return new TypeConversionException(
                "'" + value + "' (expected: " + names.collect(Collectors.joining(", ")) + ")");
    }
}
