// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code docs/clients.md} tells people to write, block by block. */
final class ClientsDoc {

    private static final Path PAGE = Path.of(System.getProperty("project.root"), "docs", "clients.md");
    private static final Pattern HEADING = Pattern.compile("#{2,3} (.+)");
    private static final Pattern NAMED = Pattern.compile("In `([^`]+)`:");

    private ClientsDoc() {}

    /**
     * A block of code.
     *
     * @param section the heading that it stands under
     * @param file its name where the line before says {@code In `NAME`:}; empty elsewhere
     */
    record Block(String section, String language, String file, String text) {

        @Override
        public String toString() {
            return section + ", " + language + (file.isEmpty() ? "" : ", " + file);
        }
    }

    static String text() {
        try {
            return Files.readString(PAGE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        String section = "";
        String before = "";
        String language = null;
        StringBuilder text = new StringBuilder();
        for (String line : text().lines().toList()) {
            Matcher heading = HEADING.matcher(line);
            if (language != null && line.equals("```")) {
                Matcher named = NAMED.matcher(before);
                blocks.add(new Block(section, language, named.matches() ? named.group(1) : "", text.toString()));
                language = null;
                before = "";
            } else if (language != null) {
                text.append(line).append('\n');
            } else if (line.startsWith("```")) {
                language = line.substring(3);
                text.setLength(0);
            } else if (heading.matches()) {
                section = heading.group(1);
            } else if (!line.isBlank()) {
                before = line;
            }
        }
        assertThat(language).as("a block that does not end").isNull();
        return blocks;
    }

    static List<Block> written(String language) {
        return blocks().stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    static List<Block> of(String section) {
        List<Block> blocks = blocks().stream()
                .filter(block -> block.section().equals(section))
                .toList();
        assertThat(blocks).as("blocks under " + section).isNotEmpty();
        return blocks;
    }
}
