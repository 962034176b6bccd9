// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.homing.affinity.Arrival;
import dev.homing.affinity.SessionRouter;
import dev.homing.affinity.SessionTable;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.Router;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The file that outlives a process, as the file system and the operator see it. */
class TableKeeperTest {

    private static final Pool POOL = Pools.of(3);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(TableKeeper.class);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void listen() {
        file = directory.resolve("table");
        log.start();
        LOGGER.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        LOGGER.detachAppender(log);
    }

    @Test
    void whatOneProcessKeptTheNextOneRecalls() throws IOException {
        SessionTable first = sessions(100);
        TableKeeper keeper = keeper(first, "s");
        assertThat(keeper.recall()).as("nothing yet").isZero();
        keeper.keep();
        keeper.close();

        SessionTable second = sessions(0);
        assertThat(keeper(second, "s").recall()).isEqualTo(100);
        assertThat(second.size()).isEqualTo(100);
        assertThat(warnings()).isEmpty();
        assertThat(names()).containsExactly("table");
    }

    @Test
    void aProcessThatNeverServedLeavesTheFileAlone() throws IOException {
        keep(sessions(5), "s");
        byte[] before = Files.readAllBytes(file);

        keeper(sessions(0), "s").close();

        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void aFileThatIsNoSnapshotIsWarnedOfOnceAndKeptUnderAnotherName() throws IOException {
        Files.writeString(file, "not a table");
        TableKeeper keeper = keeper(sessions(0), "s");

        assertThat(keeper.recall()).isZero();
        keeper.keep();
        keeper.close();

        assertThat(warnings())
                .singleElement()
                .asString()
                .isEqualTo("snapshot " + file
                        + ": not used: no snapshot of homing; all sessions are new, and it is kept as " + file
                        + ".refused");
        assertThat(directory.resolve("table.refused")).hasContent("not a table");
        assertThat(keeper(sessions(0), "s").recall()).isZero();
        assertThat(warnings()).as("the new one is good").hasSize(1);
    }

    @Test
    void aTableUnderAnotherSeedIsKeptForWhoeverHasThatSeed() throws IOException {
        keep(sessions(5), "old");

        assertThat(keeper(sessions(0), "new").recall()).isZero();

        assertThat(warnings()).singleElement().asString().contains("another affinity.seed");
        Files.move(directory.resolve("table.refused"), file);
        assertThat(keeper(sessions(0), "old").recall()).isEqualTo(5);
    }

    @Test
    void aDirectoryInThePlaceOfTheFileIsWarnedOfAndHarmsNothing() throws IOException {
        Files.createDirectory(file);
        TableKeeper keeper = keeper(sessions(3), "s");

        assertThat(keeper.recall()).isZero();
        keeper.keep();
        keeper.close();

        assertThat(warnings()).hasSize(2);
        assertThat(warnings().get(0)).contains("not used");
        assertThat(warnings().get(1)).contains("cannot be written");
        assertThat(file).isDirectory();
    }

    @Test
    void aWriteThatFailsIsWarnedOfOnceUntilItSucceedsAgain() throws IOException {
        Path absent = directory.resolve("absent");
        TableKeeper keeper = new TableKeeper(
                absent.resolve("table"),
                sessions(3),
                SipHash.ofSeed("s"),
                TableKeeperTest::backends,
                Duration.ofMillis(5));
        keeper.keep();
        Awaitility.await().until(() -> !warnings().isEmpty());
        Files.createDirectory(absent);
        Awaitility.await()
                .until(() -> told(Level.INFO).stream().anyMatch(line -> line.contains("written again, 3 sessions")));
        keeper.close();

        assertThat(warnings())
                .singleElement()
                .asString()
                .contains(absent.toString(), "cannot be written, will be tried again");
        assertThat(absent.resolve("table")).isNotEmptyFile();
    }

    @Test
    void aFileThatWasLeftToAnotherProcessIsNotWrittenAnyMore() throws Exception {
        SessionTable sessions = sessions(1);
        TableKeeper keeper =
                new TableKeeper(file, sessions, SipHash.ofSeed("s"), TableKeeperTest::backends, Duration.ofMillis(5));
        keeper.keep();
        Awaitility.await().until(() -> Files.exists(file));

        keeper.release().toCompletableFuture().get(10, TimeUnit.SECONDS);
        Files.delete(file);
        bind(sessions, 3);
        keeper.close();

        assertThat(file).doesNotExist();
    }

    @Test
    void itIsWrittenAgainAndAgain() throws IOException {
        SessionTable sessions = sessions(1);
        TableKeeper keeper =
                new TableKeeper(file, sessions, SipHash.ofSeed("s"), TableKeeperTest::backends, Duration.ofMillis(5));
        keeper.keep();
        Awaitility.await().until(() -> Files.exists(file));
        bind(sessions, 7);
        Awaitility.await().until(() -> keeper(sessions(0), "s").recall() == 2);
        keeper.close();
    }

    @Test
    void aLeftOverOfACrashIsWrittenOver() throws IOException {
        Files.write(directory.resolve("table.tmp"), new byte[1 << 20]);

        keep(sessions(2), "s");

        assertThat(names()).containsExactly("table");
        assertThat(keeper(sessions(0), "s").recall()).isEqualTo(2);
    }

    @Test
    void neitherIdsNorTheSeedAreInTheFile() throws IOException {
        keep(sessions(50), "a-seed-of-my-own");

        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                .contains("gpu-0")
                .doesNotContain("session-", "a-seed-of-my-own");
    }

    private void keep(SessionTable sessions, String seed) {
        TableKeeper keeper = keeper(sessions, seed);
        keeper.keep();
        keeper.close();
    }

    private TableKeeper keeper(SessionTable sessions, String seed) {
        return new TableKeeper(file, sessions, SipHash.ofSeed(seed), TableKeeperTest::backends);
    }

    private static RoutingTable backends() {
        return new RoutingTable(List.of(POOL), new RouteMatcher(List.of()));
    }

    private static SessionTable sessions(int count) {
        SessionTable sessions = new SessionTable(1_000, System::nanoTime);
        for (int n = 0; n < count; n++) {
            bind(sessions, n);
        }
        return sessions;
    }

    private static void bind(SessionTable sessions, int n) {
        SessionRouter router = new SessionRouter(sessions, Router.PendingTokens.NONE);
        router.release(router.route(POOL, Arrival.of(Pools.session(n), HOUR)));
    }

    private List<String> warnings() {
        return told(Level.WARN);
    }

    private List<String> told(Level level) {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }
}
