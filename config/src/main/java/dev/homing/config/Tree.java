// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;
import java.util.Map;

/** A YAML document as data: mappings, lists and texts with their places, and nothing of what YAML 1.1 thinks the texts mean. */
sealed interface Tree {

    Place place();

    /** What an error says was found here. */
    String found();

    /**
     * A text, after the environment was filled in.
     *
     * @param written as it stands in the file
     * @param plain whether it stands there without quotes
     */
    record Scalar(Place place, String text, String written, boolean plain) implements Tree {

        /** Whether a key was written with nothing behind it. */
        boolean isNothing() {
            return plain && written.isEmpty();
        }

        @Override
        public String found() {
            if (isNothing()) {
                return "nothing";
            }
            String from = text.equals(written) ? "" : " (from " + Words.quote(written) + ")";
            return Words.quote(text) + from;
        }
    }

    /** A list. */
    record Items(Place place, List<Tree> items) implements Tree {
        public Items {
            items = List.copyOf(items);
        }

        @Override
        public String found() {
            return items.isEmpty() ? "an empty list" : "a list";
        }
    }

    /** A mapping, in the order of the file. */
    record Section(Place place, Map<String, Entry> entries) implements Tree {
        @Override
        public String found() {
            return "a mapping";
        }
    }

    /** Something that was already refused: whoever meets it says nothing more. */
    record Broken(Place place) implements Tree {
        @Override
        public String found() {
            return "nothing";
        }
    }

    /** One key of a mapping with its value. */
    record Entry(Place place, Tree value) {}
}
