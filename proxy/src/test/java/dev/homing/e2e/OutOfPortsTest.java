// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.homing.wire.Io;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A proxy on a network of its own that has few ports for connections to backends: {@link FewPorts}, in a process and a network namespace of
 * its own. Where the machine gives nobody such a namespace it is left out.
 */
@Tag("long")
class OutOfPortsTest {

    private static final List<String> NAMESPACE =
            List.of("unshare", "--user", "--map-root-user", "--net", "--", "sh", "-c");
    private static final String LOOPBACK = "ip link set lo up";

    static Stream<Io> transports() {
        return Io.available();
    }

    @BeforeEach
    void aNetworkOfItsOwnCanBeHad() throws Exception {
        List<String> command = new ArrayList<>(NAMESPACE);
        command.add(LOOPBACK);
        assumeTrue(succeeds(command), "network namespaces");
    }

    @ParameterizedTest
    @MethodSource("transports")
    void outOfPortsItAnswers503BlamesNoBackendAndRecovers(Io io) throws Exception {
        List<String> command = new ArrayList<>(NAMESPACE);
        command.add(LOOPBACK + "; echo 40000 " + (40_000 + FewPorts.PORTS - 1)
                + " > /proc/sys/net/ipv4/ip_local_port_range; exec \"$@\"");
        command.addAll(List.of(
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                FewPorts.class.getName(),
                io.name().toLowerCase(Locale.ROOT)));
        assertThat(succeeds(command)).isTrue();
    }

    /** What it says goes where this test's output goes. */
    private static boolean succeeds(List<String> command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            return false; // no such program
        }
        try {
            return process.waitFor(110, TimeUnit.SECONDS) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }
}
