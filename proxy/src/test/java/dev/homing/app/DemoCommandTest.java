// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.Affinity;
import dev.homing.demo.ProxyFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DemoCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aProxyThatDoesNotStartIsOneLineAndExit1() {
        ProxyFactory broken = (replicas, affinity) -> {
            throw new IOException("no port left");
        };
        assertThat(run(broken)).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("homing demo: no port left" + System.lineSeparator());
    }

    @Test
    void badUsageIsExit2() {
        ProxyFactory never = (replicas, affinity) -> {
            throw new AssertionError("started");
        };
        assertThat(run(never, "--turns", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("expected: > 0");

        assertThat(run(never, "--placement", "round_robin")).isEqualTo(2);
        assertThat(err.toString()).contains("'round_robin' (expected: load_aware or rendezvous)");
    }

    private int run(ProxyFactory proxies, String... args) {
        return new CommandLine(new DemoCommand(placement -> proxies))
                .registerConverter(Affinity.Policy.class, new Quantities.Placement())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
