// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code homing version}: what is running here. */
@Command(
        name = "version",
        description = "Tells the version, the commit, the JVM, the I/O transport and the TLS library.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().println(getVersion()[0]);
        return 0;
    }

    @Override
    public String[] getVersion() {
        BuildInfo build = BuildInfo.read();
        return new String[] {
            String.format(
                    Locale.ROOT,
                    "homing %s (commit %s), Java %s (%s), I/O %s, TLS %s",
                    build.version(),
                    build.commit(),
                    System.getProperty("java.version"),
                    System.getProperty("java.vm.name"),
                    Transports.best(),
                    ListenerTls.best())
        };
    }
}
