// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code homing man}: the manual page, written from this command line. */
@Command(
        name = "man",
        description = {"Prints the manual page of this command line.", "To read it: homing man | man -l -"})
final class ManCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(ManPage.of(spec.root(), BuildInfo.read()));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
