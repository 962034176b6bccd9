// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoTest {

    /** The demo's pace and machine, ten times as fast. */
    private static final EngineSettings TENFOLD =
            EngineSettings.llamaServer().prefill(30_000).decode(600);

    private static final Workload.Pace HASTE =
            new Workload.Pace(Duration.ofMillis(120), Duration.ofMillis(280), Duration.ofMillis(250));

    @Test
    void affinityReachesThePossible() throws IOException, InterruptedException {
        List<String> phases = Collections.synchronizedList(new ArrayList<>());
        Progress progress = (phase, done, all) -> {
            if (done == all) {
                phases.add(phase + " " + all);
            }
        };
        try (Demo demo = new Demo(new Demo.Size(3, 12, 5, 7), TENFOLD, HASTE, RelayProxy::new, progress)) {
            Comparison comparison = demo.run();
            Figures affinity = comparison.affinity();
            assertThat(phases).containsExactly("warm-up 48", "round robin 60", "affinity 60");
            assertThat(affinity.cachedShare()).isGreaterThan(0.8 * affinity.resentShare());
            assertThat(affinity.cachedShare())
                    .isGreaterThan(comparison.roundRobin().cachedShare() + 0.1);
            assertThat(affinity.sessionsByReplica().stream().mapToInt(n -> n).sum())
                    .isEqualTo(12);
            assertThat(comparison.roundRobin().sessionsByReplica().stream()
                            .mapToInt(n -> n)
                            .sum())
                    .isGreaterThan(24);
            assertThat(comparison.table())
                    .contains("4 slots", "65,536 tokens", "again: ", "round robin", "sessions a replica");
            assertThat(comparison.json()).contains("\"p95_ratio\":", "\"cached_share\":", "\"possible_share\":");
            assertThat(demo.proxy()).isNotNull();
        }
    }

    @Test
    void aFailedRequestEndsTheDemoWithItsReason() {
        ProxyFactory broken = (replicas, affinity) -> {
            FakeEngine tiny = FakeEngine.start(TENFOLD.contextTokens(500));
            return new DirectReplica(tiny);
        };
        try (Demo demo = new Demo(new Demo.Size(1, 2, 1, 1), TENFOLD, HASTE, broken, (phase, done, all) -> {})) {
            assertThatThrownBy(demo::run)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("status 400")
                    .hasMessageContaining("exceed_context_size_error");
        }
    }

    @Test
    void theSameSeedSaysTheSameThings() {
        Workload.Pace pace = Workload.Pace.DEMO;
        assertThat(Workload.of(3, 2, 5, pace))
                .isEqualTo(Workload.of(3, 2, 5, pace))
                .isNotEqualTo(Workload.of(3, 2, 6, pace));
        assertThat(Workload.of(3, 2, 5, pace).requests()).isEqualTo(6);
    }

    @Test
    void progressIsABarOnATerminalAndFewLinesElsewhere() {
        StringWriter text = new StringWriter();
        Progress lines = new ProgressBar(new PrintWriter(text), false);
        for (int i = 0; i <= 100; i++) {
            lines.at("x", i, 100);
        }
        assertThat(text.toString().lines()).hasSize(5).last().isEqualTo("x: 100 of 100 requests");
        StringWriter drawn = new StringWriter();
        new ProgressBar(new PrintWriter(drawn), true).at("x", 1, 2);
        assertThat(drawn.toString()).startsWith("\rx ").contains("[###############...............] 1/2");
    }

    private record DirectReplica(FakeEngine engine) implements RunningProxy {
        @Override
        public InetSocketAddress address() {
            return engine.address();
        }

        @Override
        public URI admin() {
            return engine.url();
        }

        @Override
        public void close() {
            engine.close();
        }
    }
}
