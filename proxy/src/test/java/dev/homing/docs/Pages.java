// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The pages of the repository: what stands at its root and in {@code docs}. */
final class Pages {

    static final Path ROOT = Path.of(System.getProperty("project.root"));

    private static final String FENCE = "```";

    private Pages() {}

    /**
     * A page in Markdown.
     *
     * @param name its path from the root
     */
    record Page(String name, String text) {

        Path folder() {
            return ROOT.resolve(name).toAbsolutePath().getParent();
        }

        /** What stands between fences, in order. */
        List<Block> blocks() {
            List<Block> blocks = new ArrayList<>();
            List<String> lines = text.lines().toList();
            int begin = -1;
            for (int i = 0; i < lines.size(); i++) {
                if (begin < 0 && lines.get(i).strip().startsWith(FENCE)) {
                    begin = i;
                } else if (begin >= 0 && lines.get(i).strip().equals(FENCE)) {
                    String body = String.join("\n", lines.subList(begin + 1, i)) + "\n";
                    blocks.add(new Block(
                            this, begin + 1, lines.get(begin).strip().substring(FENCE.length()), body.stripIndent()));
                    begin = -1;
                }
            }
            if (begin >= 0) {
                throw new IllegalStateException(name + ":" + (begin + 1) + ": a block without an end");
            }
            return blocks;
        }
    }

    /**
     * A block of a page.
     *
     * @param line of the fence above it, from 1
     * @param kind what stands behind that fence, such as {@code yaml}
     */
    record Block(Page page, int line, String kind, String text) {

        String place() {
            return page.name() + ":" + line;
        }

        @Override
        public String toString() {
            return place() + " " + kind;
        }
    }

    static List<Page> all() {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
                Stream<Path> top = Files.list(ROOT)) {
            return Stream.concat(docs, top)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .map(Pages::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Page page(String name) {
        return read(ROOT.resolve(name));
    }

    private static Page read(Path file) {
        try {
            return new Page(ROOT.relativize(file).toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
