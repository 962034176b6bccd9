// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** What turns a YAML file into a {@link HomingConfig}, or into all the reasons why not. */
public final class ConfigReader {

    /** Bytes of the largest file that is read: thousands of backends. */
    static final int LARGEST_FILE = 1 << 20;

    private ConfigReader() {}

    /** Reads a file, with the process's environment. */
    public static HomingConfig read(Path file) throws ConfigErrors {
        return read(file.toString(), text(file), System.getenv()::get);
    }

    /**
     * Reads a text.
     *
     * @param name what errors call it
     * @param environment the value of a variable, or null where it is not set
     */
    public static HomingConfig read(String name, String text, Function<String, String> environment)
            throws ConfigErrors {
        Problems problems = new Problems(name);
        if (text.length() > LARGEST_FILE) {
            throw unreadable(name, "found a file of more than 1 MiB, expected a configuration");
        }
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        Cursor root = new Cursor("", YamlDocument.parse(content, new Variables(environment), problems), problems);
        if (root.tree() instanceof Tree.Section) {
            HomingConfig config = new Assembly(Registry.TOP.read(root), root).build();
            problems.check();
            return config;
        }
        if (!root.isBroken()) {
            root.refuse("a mapping with backends or pools");
        }
        problems.check();
        throw new IllegalStateException("a document was refused without a reason");
    }

    private static String text(Path file) throws ConfigErrors {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST_FILE + 1);
        } catch (NoSuchFileException e) {
            throw unreadable(file.toString(), "found no such file, expected a configuration (homing init writes one)");
        } catch (AccessDeniedException e) {
            throw unreadable(file.toString(), "found a file that may not be read, expected a configuration");
        } catch (IOException e) {
            String found = Files.isDirectory(file) ? "a directory" : "a file that cannot be read";
            throw unreadable(file.toString(), "found " + found + ", expected a configuration");
        }
        if (bytes.length > LARGEST_FILE) {
            throw unreadable(file.toString(), "found a file of more than 1 MiB, expected a configuration");
        }
        CharBuffer decoded = CharBuffer.allocate(bytes.length);
        boolean bad = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes), decoded, true)
                .isError();
        String text = decoded.flip().toString();
        if (bad) {
            Problems problems = new Problems(file.toString());
            Place place = YamlFaults.place(text, text.codePointCount(0, text.length()));
            problems.add(place, "", "found bytes that are no UTF-8, expected a configuration");
            problems.check();
        }
        return text;
    }

    private static ConfigErrors unreadable(String name, String message) {
        return new ConfigErrors(List.of(new ConfigError(name, 0, 0, "", message)));
    }
}
