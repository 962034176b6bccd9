// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.steady;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.RunningHoming;
import dev.homing.e2e.Operator;
import dev.homing.e2e.Scrape;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration changes a hundred times while 500 streams run. */
@Tag("long")
class ReloadsUnderStreamsTest {

    private static final int STREAMS = 500;
    private static final int RELOADS = 100;
    private static final int EVENTS = 15;

    /** Streams that end, and others that begin, between two reloads. */
    private static final int BETWEEN = 20;

    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final List<SteadyBackend> backends = new ArrayList<>();
    private SteadyBackend guest;
    private Variations variations;
    private RunningHoming homing;
    private Operator operator;

    /** How a proxy comes to read its file. */
    private enum Way {
        BY_LOOKING {
            @Override
            void tell(ReloadsUnderStreamsTest test) {}
        },
        BY_THE_API {
            @Override
            void tell(ReloadsUnderStreamsTest test) {
                assertThat(test.operator.reload().statusCode()).isEqualTo(200);
            }
        },
        BY_SIGNAL {
            @Override
            void tell(ReloadsUnderStreamsTest test) {
                test.homing.reload();
            }
        };

        abstract void tell(ReloadsUnderStreamsTest test);
    }

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < 3; i++) {
            backends.add(SteadyBackend.start("gpu-" + i));
        }
        guest = SteadyBackend.start("guest");
        Path file = folder.resolve("homing.yaml");
        variations = new Variations(file, backends, guest);
        variations.write(0);
        homing = RunningHoming.watching(file, LOOK);
        operator = new Operator(homing.operators());
    }

    @AfterEach
    void stop() throws IOException {
        homing.close();
        guest.close();
        for (SteadyBackend backend : backends) {
            backend.close();
        }
    }

    @Test
    void aHundredReloadsUnderFiveHundredStreamsBreakNoneAndMoveNoSessionWhoseBackendStays() throws Exception {
        try (Audience audience = new Audience(
                new InetSocketAddress(
                        homing.clients().getHost(), homing.clients().getPort()),
                EVENTS)) {
            audience.begin(STREAMS);
            await("all at once")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() ->
                            backends.stream().mapToInt(SteadyBackend::streams).sum() == STREAMS);

            long begun = System.nanoTime();
            for (int number = 1; number <= RELOADS; number++) {
                variations.write(number);
                Way.values()[number % Way.values().length].tell(this);
                String mark = Variations.mark(number);
                int answers = audience.answers() + BETWEEN;
                await(mark)
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() ->
                                operator.get("/api/config").body().contains(mark) && audience.answers() >= answers);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            audience.end();

            assertThat(audience.failures()).isEmpty();
            int moves = 0;
            for (List<String> visits : audience.visits().values()) {
                moves += visits.size() - 1;
                if (!visits.get(0).equals(guest.id())) {
                    assertThat(visits).as("a session whose backend stayed").hasSize(1);
                }
            }
            assertThat(moves).as("sessions that the guest left behind").isPositive();
            metricsAgree(audience, moves);
            System.out.printf(
                    "%d reloads within %d ms under %d streams: %d streams whole, of %d sessions, %d of which moved when their backend went%n",
                    RELOADS,
                    took.toMillis(),
                    STREAMS,
                    audience.heard().size(),
                    audience.visits().size(),
                    moves);
        }
    }

    private void metricsAgree(Audience audience, int moves) {
        Scrape metrics = operator.metrics();
        assertThat(metrics.count("homing_requests_total", "status=2xx"))
                .isEqualTo(metrics.count("homing_requests_total"))
                .isEqualTo(audience.heard().size());
        assertThat(metrics.count("homing_config_reloads_total", "result=success"))
                .isGreaterThanOrEqualTo(RELOADS);
        assertThat(metrics.count("homing_config_reloads_total", "result=failure"))
                .isZero();
        assertThat(metrics.count("homing_session_moves_total")).isEqualTo(moves);
        assertThat(metrics.count("homing_backend_transitions_total", "to=down")).isZero();
        assertThat(metrics.count("homing_inflight")).isZero();
    }
}
