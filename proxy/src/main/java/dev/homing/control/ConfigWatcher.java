// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that files have changed, by looking at them every period. {@code WatchService} would not do: it sees directories, and Kubernetes
 * changes a mounted file by swapping a link elsewhere.
 *
 * <p>A change counts when two looks in a row agree on it, so that a file which is still being written is left alone, and files that belong
 * together are taken together. A file that is gone is warned of once; when one is there again, that is a change.
 */
public final class ConfigWatcher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ConfigWatcher.class);

    private final Supplier<List<Path>> files;
    private final Runnable changed;
    private final Future<?> looking;

    /** What was last told of. This and {@link #before} belong to the executor once it looks. */
    private List<Look> known;

    /** What the last look saw. */
    private List<Look> before;

    /**
     * Takes the files as they are now as known: to be made before they are read, so that no change is missed.
     *
     * @param files asked at each look; one that was not among them before counts as changed
     * @param executor a look is a few system calls; they may block where the file system does
     * @param changed called on {@code executor}, once a change
     */
    public ConfigWatcher(
            Supplier<List<Path>> files, ScheduledExecutorService executor, Duration period, Runnable changed) {
        this.files = files;
        this.changed = changed;
        this.known = now();
        this.before = known;
        this.looking =
                executor.scheduleWithFixedDelay(this::look, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Somebody else is about to read the files: as they are now, they are not told of again. To be called on the executor. */
    public void takenNow() {
        known = now();
    }

    @Override
    public void close() {
        looking.cancel(false);
    }

    private List<Look> now() {
        return files.get().stream().map(Look::at).toList();
    }

    private void look() {
        List<Look> now = now();
        boolean settled = now.equals(before);
        before = now;
        if (!settled || now.equals(known)) {
            return;
        }
        known = now;
        Look missing = now.stream().filter(Look::isMissing).findFirst().orElse(null);
        if (missing != null) {
            log.warn("{}: gone or out of reach; what is in force stays", missing.file());
            return;
        }
        try {
            changed.run();
        } catch (RuntimeException e) {
            log.error(
                    "a bug in the reload of {}; it goes on being watched",
                    now.stream().map(Look::file).toList(),
                    e);
        }
    }

    /**
     * What tells one state of a file from another without reading it.
     *
     * @param file as it is named
     * @param path where its links lead; null when it is gone or out of reach
     * @param modified changes when it is rewritten in place
     * @param size changes where the clock of the file system is too coarse
     * @param key device and inode, where there are such: changes when another file is renamed over it
     */
    private record Look(
            Path file,
            @Nullable Path path,
            FileTime modified,
            long size,
            @Nullable Object key) {

        boolean isMissing() {
            return path == null;
        }

        static Look at(Path file) {
            try {
                Path path = file.toRealPath();
                BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
                return new Look(file, path, found.lastModifiedTime(), found.size(), found.fileKey());
            } catch (IOException e) {
                return new Look(file, null, FileTime.fromMillis(0), -1, null);
            }
        }
    }
}
