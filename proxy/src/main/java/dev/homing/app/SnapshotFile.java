// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.affinity.RefusedSnapshot;
import dev.homing.affinity.Snapshot;
import dev.homing.affinity.SnapshotReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The file of {@code affinity.snapshot}. Whoever reads it, at any moment and after any crash, finds one whole snapshot: the old one or the new one. */
final class SnapshotFile {

    private final Path file;

    /** Where the next one is written, in the same directory, because only there a rename is one step. */
    private final Path next;

    /** Where a file goes that was not taken, so that the next write does not destroy what somebody may still want. */
    private final Path refused;

    SnapshotFile(Path file) {
        this.file = file;
        this.next = file.resolveSibling(file.getFileName() + ".tmp");
        this.refused = file.resolveSibling(file.getFileName() + ".refused");
    }

    /** What is written. */
    interface Content {

        /** Returns how many sessions it was. */
        long write(OutputStream out) throws IOException;
    }

    /** Null when there is no file. */
    @Nullable Snapshot read(long fingerprint) throws IOException, RefusedSnapshot {
        try (InputStream in = Files.newInputStream(file)) {
            return SnapshotReader.read(in, fingerprint);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Replaces the file, when all of the new one is on the disk. */
    long write(Content content) throws IOException {
        long sessions;
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            sessions = content.write(Channels.newOutputStream(channel));
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return sessions;
    }

    /** Gives the file another name, in place of an earlier one of that name; null when it is no plain file. */
    @Nullable Path putAside() throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                ? Files.move(file, refused, StandardCopyOption.REPLACE_EXISTING)
                : null;
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
