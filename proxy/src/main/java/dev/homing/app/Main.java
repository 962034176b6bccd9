// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Affinity;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "homing",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        description = "A load balancer for llama-server and vLLM that sends every session home to its KV cache.")
public final class Main implements Runnable {

    /** Read by the logging configuration, from the environment or here. */
    private static final String LOG_LEVEL = "HOMING_LOG";

    /** Netty follows one buffer in 128, with stack traces of where it was made and held. That is for tests, which follow all. */
    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    /** Netty tells the flight recorder of each buffer: to load what records takes a tenth of a start, whether or not it does. */
    private static final String FLIGHT_RECORDER = "io.netty.jfr.enabled";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("demo") && System.getenv(LOG_LEVEL) == null) {
            // Before anything logs: the demo speaks for itself.
            System.setProperty(LOG_LEVEL, "warn");
        }
        System.getProperties().putIfAbsent(LEAK_DETECTION, "disabled");
        System.getProperties().putIfAbsent(FLIGHT_RECORDER, "false");
        Path file = PlainRun.file(arguments);
        System.exit(file == null ? commandLine().execute(arguments) : PlainRun.serve(file));
    }

    /** What is said of a fault of homing's own that ends a command. */
    static String told(Exception fault) {
        return "homing: " + fault;
    }

    /** The command line as it is run, for tests as well. */
    static CommandLine commandLine() {
        return commandLine(new InitCommand(Questions::atTerminal, System::getenv));
    }

    /** The same with somebody else to ask. */
    static CommandLine commandLine(InitCommand init) {
        CommandLine all = new CommandLine(new Main())
                // In the order in which somebody new needs them; help and the manual page keep it.
                .addSubcommand(new DemoCommand(DemoProxies::new))
                .addSubcommand(init)
                .addSubcommand(CheckCommand.class)
                .addSubcommand(RunCommand.class)
                .addSubcommand(ExplainCommand.class)
                .addSubcommand(SimulateCommand.class)
                .addSubcommand(ReplicaCommand.class)
                .addSubcommand(KeyCommand.class)
                .addSubcommand(VersionCommand.class)
                .addSubcommand(CompletionCommand.class)
                .addSubcommand(ManCommand.class)
                .registerConverter(Long.class, new Quantities.Count())
                .registerConverter(Duration.class, new Quantities.Time())
                .registerConverter(Affinity.Policy.class, new Quantities.Placement())
                .registerConverter(InetSocketAddress.class, new Quantities.ListenAddress())
                .setExecutionExceptionHandler((fault, commandLine, parsed) -> {
                    commandLine.getErr().println(told(fault));
                    return 1;
                });
        // Not by annotation: what subcommands inherit is asked for at once, and this looks for native libraries.
        VersionCommand version = new VersionCommand();
        all.getCommandSpec().versionProvider(version);
        all.getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().versionProvider(version));
        RootHelp.addTo(all.getCommandSpec());
        return all;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
