// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.simulate.TraceLine.Malformed;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Reads traces: one JSON object a line, or one line of logfmt, plain or gzipped. A line is either of a trace, which lists the blocks of each prompt,
 * or of homing's access log, which does not; the first line says which.
 */
final class TraceReader {

    private static final int GZIP_MAGIC = 0x1f8b;

    private TraceReader() {}

    /** @throws BadTrace when the file cannot be read, or holds what is no trace */
    static Trace read(Path file) throws BadTrace {
        int number = 0;
        try (BufferedReader lines = open(file)) {
            TraceFormat format = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    TraceLine object = parse(line);
                    format = format == null ? TraceFormat.of(object) : format;
                    format.add(object);
                }
            }
            if (format == null || format.size() == 0) {
                throw new BadTrace(file + ": no requests (expected: at least one)");
            }
            return format.trace(name(file), TraceMeta.beside(file));
        } catch (Malformed e) {
            throw new BadTrace(file + ":" + number + ": " + e.getMessage());
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw new BadTrace(file + ": no such file (expected: a trace)");
        } catch (IOException e) {
            throw new BadTrace(file + ":" + (number + 1) + ": cannot be read: " + e.getMessage());
        }
    }

    /** A log may change its format within a file. */
    private static TraceLine parse(String line) throws Malformed {
        return LogfmtLine.isBegunBy(line)
                ? LogfmtLine.parse(line, TraceFormat.FIELDS)
                : JsonLine.parse(line, TraceFormat.FIELDS);
    }

    /** The file's name without its folder and endings. */
    static String name(Path file) {
        return file.getFileName().toString().replaceFirst("\\.gz$", "").replaceFirst("\\.jsonl?$", "");
    }

    private static BufferedReader open(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
        bytes.mark(2);
        boolean gzip = (bytes.read() << 8 | bytes.read()) == GZIP_MAGIC;
        bytes.reset();
        return new BufferedReader(
                new InputStreamReader(gzip ? new GZIPInputStream(bytes) : bytes, StandardCharsets.UTF_8));
    }
}
