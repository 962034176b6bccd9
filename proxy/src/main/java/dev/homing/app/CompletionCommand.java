// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code homing completion}: what a shell needs to know of this command line, written from it. */
@Command(
        name = "completion",
        description = {
            "Prints the completion of this command line for bash and zsh.",
            "To have it in a shell: source <(homing completion)"
        })
final class CompletionCommand implements Callable<Integer> {

    /** Packages install the script as a part of bash's own, which is not run by itself. */
    private static final String HASHBANG = "#!/usr/bin/env bash\n";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        String script =
                AutoComplete.bash(spec.root().name(), spec.root().commandLine()).replace("\r\n", "\n");
        spec.commandLine().getOut().print(script.startsWith(HASHBANG) ? script.substring(HASHBANG.length()) : script);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
