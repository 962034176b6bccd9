// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where the access log is written: the end of a file, or standard output. A write that fails half-way leaves no half line behind. Confined to one thread. */
final class AccessLogFile {

    private static final String STDOUT = "stdout";
    private static final byte[] LINE_END = {'\n'};

    /** Of a file's mode, as POSIX has it. */
    private static final int FILE_TYPE = 0170000;

    private static final int CHARACTER_DEVICE = 0020000;

    /** Null = standard output, which is never closed. */
    private final @Nullable Path path;

    private FileChannel channel;

    /** Whether what was written last does not end with a line's end. */
    private boolean torn;

    private AccessLogFile(@Nullable Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** @param path of a file, which is made when there is none, or {@code stdout} */
    static AccessLogFile open(String path) throws IOException {
        if (path.equals(STDOUT)) {
            return new AccessLogFile(null, new FileOutputStream(FileDescriptor.out).getChannel());
        }
        Path file = Path.of(path);
        return new AccessLogFile(file, append(file, StandardOpenOption.CREATE));
    }

    /** Whether it could be opened, leaving everything as it is: a file that is not there is not made. */
    static void attempt(String path) throws IOException {
        if (path.equals(STDOUT)) {
            return;
        }
        Path file = Path.of(path);
        if (Files.exists(file)) {
            append(file).close();
            return;
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new NoSuchFileException(path);
        }
        if (!Files.isWritable(directory)) {
            throw new AccessDeniedException(path);
        }
    }

    private static FileChannel append(Path file, OpenOption... more) throws IOException {
        BasicFileAttributes kind = kind(file);
        // A pipe would be waited for until somebody reads it, and a socket has no end to write to.
        if (kind != null && kind.isOther() && !isDevice(file)) {
            throw new FileSystemException(file.toString(), null, "not a file (expected: a file, or stdout)");
        }
        Set<OpenOption> options = new HashSet<>(Set.of(more));
        options.add(StandardOpenOption.WRITE);
        options.add(StandardOpenOption.APPEND);
        return FileChannel.open(file, options);
    }

    /** Null when there is nothing, or nobody may know. */
    private static @Nullable BasicFileAttributes kind(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException e) {
            return null;
        }
    }

    /** A terminal or the like, such as {@code /dev/null}. */
    private static boolean isDevice(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((int) Files.getAttribute(file, "unix:mode") & FILE_TYPE) == CHARACTER_DEVICE;
    }

    /** Goes on in the file that has the name now; when there can be none, in the one that had it. */
    void reopen() throws IOException {
        if (path != null) {
            FileChannel next = append(path, StandardOpenOption.CREATE);
            close();
            channel = next;
            torn = false;
        }
    }

    /** Writes whole lines. */
    void write(ByteBuffer lines) throws IOException {
        long before = path == null ? 0 : channel.size();
        int start = lines.position();
        try {
            if (torn) {
                all(ByteBuffer.wrap(LINE_END));
                torn = false;
            }
            all(lines);
        } catch (IOException e) {
            torn |= lines.position() > start && !takenBack(before);
            throw e;
        }
    }

    void close() throws IOException {
        if (path != null) {
            channel.close();
        }
    }

    private void all(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private boolean takenBack(long before) {
        if (path == null) {
            return false;
        }
        try {
            channel.truncate(before);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return path == null ? STDOUT : path.toString();
    }
}
