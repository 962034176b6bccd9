// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.e2e.Operator;
import dev.homing.wire.Io;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Backends that break, clients that leave, and an operator who changes everything, all at once for a while. {@code -Dhoming.chaos=3m} is for how long,
 * shared by the transports that are tried; {@code -Dhoming.seed=N} has everybody choose as in the storm that printed it, as far as threads let them.
 */
class StormTest {

    private static final int BACKENDS = 4;

    /** So that what is made once is there before anything is measured. */
    private static final Duration WARM_UP = Duration.ofMillis(1500);

    private static final int PLAIN = 100;

    /** Bytes that the heap may grow by: code and meters for what happened for the first time. */
    private static final long HEAP = 16 << 20;

    /** Descriptors that may be open for a moment: both ends of probes, and what the JVM opens for itself. */
    private static final long FILES = 16;

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("dev.homing.wire.Io#available")
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void nothingIsLostAndNobodyIsToldWhatIsWrong(Io io) throws Exception {
        Duration length = length();
        long seed = Long.getLong("homing.seed", System.nanoTime());
        System.out.printf("storm on %s for %s s: -Dhoming.seed=%d%n", io, length.toSeconds(), seed);
        Ledger ledger = new Ledger();
        Judge judge = new Judge(ledger);
        AtomicLong nonces = new AtomicLong(seed << 24);
        Path file = folder.resolve("homing.yaml");
        try (Faults faults = Faults.watch();
                FaultyBackends fleet = FaultyBackends.start(BACKENDS, seed, ledger)) {
            Settings settings = new Settings(file, io.name(), fleet.backends());
            settings.write(settings.calm());
            try (RunningHoming homing = RunningHoming.watching(file, Duration.ofMillis(200))) {
                Scene scene = new Scene(address(homing), System.nanoTime(), judge, nonces);
                Operator operator = new Operator(homing.operators());
                Aftermath aftermath = new Aftermath(operator, fleet);
                Meddler meddler = new Meddler(Chance.of(seed, "meddler"), homing, operator, settings, judge);
                blow(scene.lasting(WARM_UP), seed, meddler, fleet);
                aftermath.awaitCalm();
                Footprint before = Footprint.now();

                blow(scene.lasting(length), seed + 1, meddler, fleet);

                List<String> wrongs = ledger.wrongs();
                System.out.printf("%s, %d seen again%n", judge.counts(), ledger.seenAgain());
                assertThat(wrongs).isEmpty();
                assertThat(judge.counts())
                        .as("what storms bring")
                        .containsKeys(Judge.COMPLETE, Judge.CUT, Judge.TUNNELLED, Judge.LEFT);
                assertThat(ledger.seenAgain()).as("what backends saw again").isPositive();
                aftermath.awaitCalm();
                ledger.forget();
                Footprint after = Footprint.now();
                System.out.printf("%d requests; before: %s; after: %s%n", aftermath.countersAgree(), before, after);
                assertThat(after.heap() - before.heap())
                        .as("growth of the heap")
                        .isLessThan(HEAP);
                assertThat(after.files() - before.files()).as("files left open").isLessThan(FILES);
                servesAsEver(scene);
            }
            assertThat(faults.lines()).as("faults in the log").isEmpty();
        }
    }

    /** Returns when it is over, everything that broke is mended, and the operator has put all as it was. */
    private static void blow(Scene scene, long seed, Meddler meddler, FaultyBackends fleet)
            throws IOException, InterruptedException {
        fleet.worsen();
        Company company = Company.start(scene, seed);
        company.join(1, any -> () -> meddler.meddle(scene));
        company.awaitEnd();
        fleet.heal();
        meddler.restore();
    }

    private static void servesAsEver(Scene scene) throws IOException {
        Chance chance = Chance.of(0, "plain");
        for (int i = 0; i < PLAIN; i++) {
            try (Wire wire = Wire.to(scene.address(), false)) {
                Ask ask = Ask.small(chance, scene.nonce());
                wire.send(ask.head("HTTP/1.1"));
                assertThat(scene.judge().judge(ask.nonce(), wire.answer(ask.path(), Integer.MAX_VALUE)))
                        .isEqualTo(Judge.COMPLETE);
            }
        }
    }

    private static Duration length() {
        String text = System.getProperty("homing.chaos", "20s");
        return Duration.parse("PT" + text).dividedBy(Io.available().count());
    }

    private static InetSocketAddress address(RunningHoming homing) {
        return new InetSocketAddress(
                homing.clients().getHost(), homing.clients().getPort());
    }
}
