// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code homing run}: serves until it is told to stop. {@link PlainRun} understands the shortest way to say that. */
@Command(
        name = "run",
        description = {
            "Serves. Prints one line a listener once it accepts.",
            "SIGHUP or a changed file reloads the configuration; SIGTERM drains."
        })
final class RunCommand implements Callable<Integer> {

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
        return new Serving(spec.commandLine().getOut(), spec.commandLine().getErr()).serve(option.file(), takeover);
    }
}
