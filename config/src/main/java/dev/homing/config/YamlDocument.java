// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * One YAML text on its way to a {@link Tree}. It is read from SnakeYAML's events, a level below its objects and nodes, because only there
 * an explicit tag and an alias can be told from what they stand for. Refused are tags, duplicate keys, merge keys, a second document, what is
 * nested too deep, and aliases that blow a small file up. Confined to one reading.
 */
final class YamlDocument {

    private static final int DEEPEST = 32;
    /** Values in one document, those that aliases repeat counted each time. */
    private static final int LARGEST = 200_000;

    private final StreamReader reader;
    private final Parser parser;
    private final Variables variables;
    private final Problems problems;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int depth;
    private int size;

    private YamlDocument(String text, Variables variables, Problems problems) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE); // the reader has its own bound, in bytes
        this.reader = new StreamReader(text);
        this.parser = new ParserImpl(reader, options);
        this.variables = variables;
        this.problems = problems;
    }

    /** The document's value; throws at the first fault of syntax, which hides all that follows it. */
    static Tree parse(String text, Variables variables, Problems problems) throws ConfigErrors {
        YamlDocument document = new YamlDocument(text, variables, problems);
        try {
            return document.document();
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
            problems.add(mark == null ? Place.START : place(mark), "", YamlFaults.message(e));
        } catch (ReaderException e) {
            problems.add(YamlFaults.place(text, e.getPosition()), "", YamlFaults.message(e));
        } catch (YAMLException e) {
            problems.add(Place.START, "", "found no valid YAML, expected a YAML document");
        } catch (NumberFormatException e) { // SnakeYAML's own, of "\U80000000" and above
            String message = "found an escape (\\) that stands for no character, expected one that does";
            problems.add(place(document.reader.getMark()), "", message);
        } catch (TooMuch e) {
            problems.add(e.place, e.path, e.message);
        }
        problems.check();
        throw new IllegalStateException("a fault was caught and not told");
    }

    private Tree document() throws TooMuch {
        parser.getEvent(); // the stream's start
        if (parser.checkEvent(Event.ID.StreamEnd)) {
            problems.add(Place.START, "", "found an empty file, expected a mapping with backends or pools");
            return new Tree.Broken(Place.START);
        }
        parser.getEvent(); // the document's start
        Tree tree = value("");
        parser.getEvent(); // the document's end
        Event next = parser.getEvent();
        if (!next.is(Event.ID.StreamEnd)) {
            problems.add(place(next.getStartMark()), "", "found a second document (---), expected one");
        }
        return tree;
    }

    private Tree value(String path) throws TooMuch {
        NodeEvent event = (NodeEvent) parser.getEvent();
        Place place = place(event.getStartMark());
        int before = size;
        grow(1, place, path);
        if (event instanceof AliasEvent alias) {
            return alias(alias, new Cursor(path, new Tree.Broken(place), problems));
        }
        Tree tree;
        boolean tagged;
        if (event instanceof ScalarEvent scalar) {
            tagged = scalar.getTag() != null;
            Tree.Scalar raw = new Tree.Scalar(place, scalar.getValue(), scalar.getValue(), scalar.isPlain());
            tree = tagged ? raw : variables.fill(raw, new Cursor(path, raw, problems));
        } else {
            tagged = ((CollectionStartEvent) event).getTag() != null;
            if (++depth > DEEPEST) {
                throw new TooMuch(place, path, "found more than " + DEEPEST + " levels, expected fewer");
            }
            tree = event instanceof MappingStartEvent ? section(place, path) : items(place, path);
            depth--;
        }
        if (tagged) {
            problems.add(place, path, "found a YAML tag (!), expected a value without one");
            tree = new Tree.Broken(place);
        }
        if (event.getAnchor() != null) {
            anchors.put(event.getAnchor(), new Anchored(tree, size - before));
        }
        return tree;
    }

    private Tree alias(AliasEvent event, Cursor at) throws TooMuch {
        Anchored anchored = anchors.get(event.getAnchor());
        if (anchored == null) {
            at.refuse("an alias (*) of an anchor that does not stand before it", "a value");
            return at.tree();
        }
        grow(anchored.size, at.tree().place(), at.path());
        return anchored.tree;
    }

    private Tree items(Place place, String path) throws TooMuch {
        List<Tree> items = new ArrayList<>();
        while (!parser.checkEvent(Event.ID.SequenceEnd)) {
            items.add(value(path + "[" + items.size() + "]"));
        }
        parser.getEvent();
        return new Tree.Items(place, items);
    }

    private Tree section(Place place, String path) throws TooMuch {
        Cursor here = new Cursor(path, new Tree.Broken(place), problems);
        Map<String, Tree.Entry> entries = new LinkedHashMap<>();
        while (!parser.checkEvent(Event.ID.MappingEnd)) {
            Event key = parser.peekEvent();
            Place at = place(key.getStartMark());
            if (!(key instanceof ScalarEvent scalar) || scalar.getTag() != null || scalar.getAnchor() != null) {
                problems.add(at, path, "found a key that is no plain text, expected a name");
                value(path);
                value(path);
                continue;
            }
            parser.getEvent();
            grow(1, at, path);
            String name = scalar.getValue();
            Tree value = value(here.below(name));
            Tree.Entry first = entries.putIfAbsent(name, new Tree.Entry(at, value));
            if (first != null) {
                String line = "the same key as on line " + first.place().line();
                here.refuseKey(name, at, line, "each key once");
            }
        }
        parser.getEvent();
        return new Tree.Section(place, entries);
    }

    private void grow(int by, Place place, String path) throws TooMuch {
        size += by;
        if (size > LARGEST) {
            throw new TooMuch(place, path, "found more than " + LARGEST + " values, expected fewer");
        }
    }

    private static Place place(Mark mark) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private record Anchored(Tree tree, int size) {}

    /** The document is larger than any configuration: reading stops there. */
    private static final class TooMuch extends Exception {
        private final Place place;
        private final String path;
        private final String message;

        TooMuch(Place place, String path, String message) {
            super(message, null, false, false);
            this.message = message;
            this.place = place;
            this.path = path;
        }
    }
}
