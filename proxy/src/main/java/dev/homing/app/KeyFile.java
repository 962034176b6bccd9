// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.exchange.ApiKeys;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file of API keys: one {@code name:sha256hex} a line; empty lines, and those that begin with {@code #}, are passed over. What a line holds is
 * never told in an error: it may be a key that somebody pasted.
 */
final class KeyFile {

    /** What a key may be called: it becomes a metric's label. */
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    static final String NAME_RULE = "1 to 64 letters, digits, '.', '_' or '-', a letter or digit first";

    private static final Pattern LINE = Pattern.compile("(" + NAME.pattern() + "):([0-9A-Fa-f]{64})");

    private KeyFile() {}

    /** @throws IllegalArgumentException when it cannot be read, or a line of it cannot; says which */
    static List<ApiKeys.Known> read(Path file) {
        List<String> lines = lines(file);
        List<ApiKeys.Known> keys = new ArrayList<>();
        Set<String> hashes = new HashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("keys: " + file + ":" + (i + 1)
                        + ": not a key's line (expected: name:sha256 with 64 hex digits, as `homing key NAME` prints it; a name is "
                        + NAME_RULE + ")");
            }
            String hash = matcher.group(2).toLowerCase(Locale.ROOT);
            if (!hashes.add(hash)) {
                throw new IllegalArgumentException(
                        "keys: " + file + ":" + (i + 1) + ": the hash of a line before (expected: each key once)");
            }
            keys.add(new ApiKeys.Known(matcher.group(1), hash));
        }
        return keys;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("keys: " + file + ": no such file", e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("keys: " + file + ": not a text in UTF-8", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("keys: " + file + ": cannot be read: " + FileFault.reason(e), e);
        }
    }
}
