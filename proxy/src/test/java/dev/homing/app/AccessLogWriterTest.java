// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.homing.LogLines;
import dev.homing.config.Telemetry;
import dev.homing.config.Telemetry.Format;
import dev.homing.observe.AccessEntry;
import dev.homing.observe.AccessLog;
import dev.homing.observe.Asked;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Traffic;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The access log's file, as the disk and the operator see it. */
class AccessLogWriterTest {

    private static final Path FULL = Path.of("/dev/full");

    private final AccessLog log = new AccessLog(() -> 0);
    private final AccessLogWriter writer = new AccessLogWriter(log, 1);
    private final LogLines told = LogLines.open();

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("access.log");
    }

    @AfterEach
    void stop() {
        writer.close();
        told.close();
    }

    private void to(Path path, Format format) {
        writer.open(new Telemetry.AccessLog(path.toString(), format)).run();
    }

    /** Makes a pipe of that name. */
    static void pipe(Path path) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
    }

    /** A request that ended with that status. */
    private void request(int status) {
        log.ended(
                Asked.unknown(InetAddress.getLoopbackAddress()),
                RequestSummary.unrouted(null, Ending.whole(status), 0, Traffic.NONE));
    }

    private static List<String> statuses(Path path) throws IOException {
        List<String> lines = Files.exists(path) ? Files.readAllLines(path) : List.of();
        return lines.stream()
                .map(line -> line.replaceAll(".*status\\W+(\\d+).*", "$1"))
                .toList();
    }

    private void awaitStatuses(Path path, String... statuses) {
        await().untilAsserted(() -> assertThat(statuses(path)).containsExactly(statuses));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void linesAreThereWithinASecond(Format format) {
        to(file, format);
        request(200);
        request(404);

        await().atMost(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(statuses(file)).containsExactly("200", "404"));
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void whatIsThereStays() throws IOException {
        Files.writeString(file, "before\n");
        to(file, Format.JSON);
        request(200);
        writer.close();

        assertThat(Files.readAllLines(file)).hasSize(2).startsWith("before");
    }

    @Test
    void allLinesAreWrittenWhenItCloses() throws IOException {
        to(file, Format.LOGFMT);
        IntStream.range(0, 5_000).forEach(i -> request(200));
        writer.close();

        assertThat(Files.readAllLines(file)).hasSize(5_000);
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void linesOfAllLoopsAreWholeAndNoneIsLost() throws IOException {
        to(file, Format.LOGFMT);
        CompletableFuture.allOf(IntStream.range(0, 4)
                        .mapToObj(i -> CompletableFuture.runAsync(() -> {
                            for (int n = 0; n < 2_000; n++) {
                                request(100 + i);
                            }
                        }))
                        .toArray(CompletableFuture[]::new))
                .join();
        writer.close();

        assertThat(statuses(file)).hasSize(8_000).allMatch(status -> status.matches("10[0-3]"));
    }

    @Test
    void aFileThatWasMovedAwayIsLeftAtAReopening() {
        Path old = directory.resolve("access.log.1");
        to(file, Format.JSON);
        request(201);
        awaitStatuses(file, "201");

        assertThat(file.toFile().renameTo(old.toFile())).isTrue();
        request(202);
        awaitStatuses(old, "201", "202");
        writer.reopen();
        await().until(() -> Files.exists(file));
        request(203);

        awaitStatuses(file, "203");
        awaitStatuses(old, "201", "202");
    }

    @Test
    void aFileThatWasCopiedAndCutToNothingIsWrittenFromItsBeginning() throws IOException {
        to(file, Format.JSON);
        request(201);
        awaitStatuses(file, "201");

        try (FileChannel copied = FileChannel.open(file, StandardOpenOption.WRITE)) {
            copied.truncate(0);
        }
        request(202);

        awaitStatuses(file, "202");
        assertThat(Files.readString(file)).startsWith("{"); // and not behind a hole as long as what was cut
    }

    @Test
    void whenTheNameIsNotToBeHadItGoesOnInTheOldFileUntilItIs() throws IOException {
        Path place = Files.createDirectory(directory.resolve("place"));
        Path elsewhere = directory.resolve("elsewhere");
        to(place.resolve("log"), Format.JSON);
        Files.move(place, elsewhere);

        writer.reopen();
        request(201);
        awaitStatuses(elsewhere.resolve("log"), "201");
        Files.createDirectory(place);
        await().until(() -> Files.exists(place.resolve("log")));
        request(202);

        awaitStatuses(place.resolve("log"), "202");
        assertThat(writer.dropped()).isZero();
        assertThat(told.lines(Level.WARN))
                .containsExactly("access log " + place.resolve("log")
                        + ": cannot be written, will be tried again: no such directory");
    }

    @Test
    void aFullDiskIsWarnedOfOnceAndCountedAndLeftBehindWhenThereIsRoom() throws IOException {
        assertThat(FULL).exists();
        Files.createSymbolicLink(file, FULL);
        to(file, Format.JSON);
        for (int i = 1; i <= 3; i++) {
            int lost = i;
            request(200);
            await().until(() -> writer.dropped() == lost);
        }

        Files.delete(file);
        request(201);

        awaitStatuses(file, "201");
        assertThat(writer.dropped()).isEqualTo(3);
        assertThat(told.lines(Level.WARN))
                .containsExactly(
                        "access log " + file + ": cannot be written, will be tried again: No space left on device");
        await().untilAsserted(() -> assertThat(told.lines(Level.INFO))
                .contains("access log " + file + ": written again; 3 lines are lost since the start"));
    }

    @Test
    @Timeout(20)
    void aPipeInPlaceOfTheFileIsNotWaitedForEither() throws Exception {
        Path old = directory.resolve("access.log.1");
        to(file, Format.JSON);
        Files.move(file, old);
        pipe(file);

        writer.reopen();
        request(201);

        awaitStatuses(old, "201");
        Files.delete(file);
        await().until(() -> Files.exists(file));
        request(202);
        awaitStatuses(file, "202");
        assertThat(writer.dropped()).isZero();
        assertThat(told.lines(Level.WARN))
                .containsExactly("access log " + file + ": cannot be written, will be tried again: not a file"
                        + " (expected: a file, or stdout)");
    }

    @Test
    void anotherConfigurationIsTakenAndNoneStopsIt() throws IOException {
        Path other = directory.resolve("other.log");
        to(file, Format.JSON);
        request(201);
        to(other, Format.LOGFMT);
        request(202);
        writer.open(new Telemetry.AccessLog(null, Format.JSON)).run();
        request(203);
        to(file, Format.LOGFMT);
        request(204);
        writer.close();

        // What comes while the thread changes over may still go to the file before; nothing is lost or told twice.
        List<String> all = new ArrayList<>(statuses(file));
        all.addAll(statuses(other));
        assertThat(all).containsExactlyInAnyOrder("201", "202", "204");
        assertThat(statuses(file)).startsWith("201");
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void whatFindsNoRoomIsCountedInsteadOfWaitedFor() {
        AtomicInteger enough = new AtomicInteger();
        LossyBuffer<AccessEntry> buffer = new LossyBuffer<>(AccessLogWriter.ROOM, enough::incrementAndGet);
        List<AccessEntry> taken = new ArrayList<>();
        log.to(buffer::add);
        IntStream.range(0, AccessLogWriter.ROOM + 5).forEach(i -> request(200));

        assertThat(buffer.dropped()).isEqualTo(5);
        assertThat(enough).hasValue(1);
        buffer.take(taken, 10);
        IntStream.range(0, 11).forEach(i -> request(200));
        assertThat(buffer.dropped()).isEqualTo(6);
        buffer.take(taken, Integer.MAX_VALUE);
        assertThat(taken).hasSize(AccessLogWriter.ROOM + 10);
    }
}
