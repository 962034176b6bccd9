// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatcherTest {

    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final FakeScheduler scheduler = new FakeScheduler(0);

    /** What the file held whenever a change was told of. */
    private final List<String> read = new ArrayList<>();

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("homing.yaml");
        Files.writeString(file, "one");
    }

    private ConfigWatcher watch() {
        return new ConfigWatcher(() -> List.of(file), scheduler, PERIOD, () -> {
            try {
                read.add(Files.readString(file));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            scheduler.advance(PERIOD);
        }
    }

    @Test
    void aFileThatStaysIsNoChange() {
        watch();
        look(10);

        assertThat(read).isEmpty();
    }

    @Test
    void aFileRewrittenInPlaceIsOneChange() throws IOException {
        watch();
        Files.writeString(file, "two!");
        look(10);

        assertThat(read).containsExactly("two!");
    }

    @Test
    void aRewriteOfTheSameSizeShowsInItsTime() throws IOException {
        watch();
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_001L));
        look(2);

        assertThat(read).containsExactly("two");
    }

    @Test
    void anotherFileRenamedOverItIsAChangeEvenWithTheSameSizeAndTime() throws IOException {
        FileTime time = FileTime.fromMillis(1_700_000_000_000L);
        Files.setLastModifiedTime(file, time);
        watch();
        Path next = Files.writeString(folder.resolve("next"), "two");
        Files.setLastModifiedTime(next, time);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        look(2);

        assertThat(read).containsExactly("two");
    }

    @Test
    void aSwapOfTheLinkThatKubernetesMakesIsAChange() throws IOException {
        Path first = Files.createDirectory(folder.resolve("..2026_01"));
        Path second = Files.createDirectory(folder.resolve("..2026_02"));
        Files.writeString(first.resolve("homing.yaml"), "one");
        Files.writeString(second.resolve("homing.yaml"), "two");
        Path data = Files.createSymbolicLink(folder.resolve("..data"), first.getFileName());
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("..data", "homing.yaml"));
        watch();

        Path swapped = Files.createSymbolicLink(folder.resolve("..data_tmp"), second.getFileName());
        Files.move(swapped, data, StandardCopyOption.ATOMIC_MOVE);
        look(2);

        assertThat(read).containsExactly("two");
    }

    @Test
    void aFileThatIsStillBeingWrittenIsLeftAlone() throws IOException {
        watch();
        for (int i = 0; i < 10; i++) {
            Files.writeString(file, "more", StandardOpenOption.APPEND);
            look(1);
        }
        assertThat(read).isEmpty();

        look(1);
        assertThat(read).containsExactly("one" + "more".repeat(10));
    }

    @Test
    void aFileThatIsGoneIsNoChangeUntilThereIsOneAgain() throws IOException {
        watch();
        Files.delete(file);
        look(10);
        assertThat(read).isEmpty();

        Files.writeString(file, "back");
        look(10);
        assertThat(read).containsExactly("back");
    }

    @Test
    void whatChangedAfterTheWatcherWasMadeIsNotMissed() throws IOException {
        watch();
        Files.writeString(file, "between the watcher and the first look");
        look(2);

        assertThat(read).hasSize(1);
    }

    @Test
    void aChangeThatSomebodyElseTakesIsNotToldOf() throws IOException {
        ConfigWatcher watcher = watch();
        Files.writeString(file, "two!");
        watcher.takenNow();
        look(10);
        assertThat(read).isEmpty();

        Files.writeString(file, "three");
        look(1);
        watcher.takenNow();
        look(10);
        assertThat(read).isEmpty();

        Files.writeString(file, "four");
        look(2);
        assertThat(read).containsExactly("four");
    }

    @Test
    void whatIsWrittenAfterSomebodyElseTookTheFileIsAChange() throws IOException {
        ConfigWatcher watcher = watch();
        Files.writeString(file, "half");
        watcher.takenNow();
        Files.writeString(file, "and the rest");
        look(2);

        assertThat(read).containsExactly("and the rest");
    }

    @Test
    void aReloadThatFailsDoesNotEndTheWatch() throws IOException {
        new ConfigWatcher(() -> List.of(file), scheduler, PERIOD, () -> {
            read.add("tried");
            throw new IllegalStateException("a bug in the test's reload");
        });
        Files.writeString(file, "two!");
        look(2);
        Files.writeString(file, "three");
        look(2);

        assertThat(read).containsExactly("tried", "tried");
    }

    @Test
    void filesThatBelongTogetherAreTakenTogether() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "1");
        new ConfigWatcher(() -> List.of(file, other), scheduler, PERIOD, () -> {
            try {
                read.add(Files.readString(file) + Files.readString(other));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        Files.writeString(file, "two!");
        look(1);
        Files.writeString(other, "22");
        look(10);
        assertThat(read).containsExactly("two!22");

        Files.delete(other);
        look(10);
        Files.writeString(file, "three");
        look(10);
        assertThat(read).hasSize(1);
        Files.writeString(other, "333");
        look(10);
        assertThat(read).containsExactly("two!22", "three333");
    }

    @Test
    void aFileThatIsWatchedFromNowOnIsAChange() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "1");
        List<Path> files = new ArrayList<>(List.of(file));
        new ConfigWatcher(() -> files, scheduler, PERIOD, () -> read.add("changed"));
        look(2);
        assertThat(read).isEmpty();

        files.add(other);
        look(10);
        assertThat(read).containsExactly("changed");
    }

    @Test
    void aClosedWatcherLooksNoMore() throws IOException {
        ConfigWatcher watcher = watch();
        watcher.close();
        Files.writeString(file, "two!");
        look(10);

        assertThat(read).isEmpty();
    }
}
