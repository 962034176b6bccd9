// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

/** A place in a document that knows the way it was reached: what reads a value, and what an error points at. */
record Cursor(String path, Tree tree, Problems problems) {

    /** The value of a key; where there is none, errors about it point at this mapping. */
    Cursor child(String name) {
        Tree value = new Tree.Broken(tree.place());
        if (tree instanceof Tree.Section section) {
            Tree.Entry entry = section.entries().get(name);
            value = entry == null ? value : entry.value();
        }
        return new Cursor(below(name), value, problems);
    }

    /** Whether this mapping has the key, good or bad. */
    boolean gives(String name) {
        return tree instanceof Tree.Section section && section.entries().containsKey(name);
    }

    /** One of this mapping's keys as a text of its own: where keys are names, they are read like values. */
    Cursor key(String name, Place place) {
        return new Cursor(below(name), new Tree.Scalar(place, name, name, false), problems);
    }

    /** One of a list's items; where there is none, errors about it point at the list. */
    Cursor item(int index) {
        boolean there = tree instanceof Tree.Items list && index < list.items().size();
        Tree value = there ? ((Tree.Items) tree).items().get(index) : new Tree.Broken(tree.place());
        return new Cursor(path + "[" + index + "]", value, problems);
    }

    /** The path of a key below this one. */
    String below(String name) {
        String key = Words.printable(name);
        return path.isEmpty() ? key : path + "." + key;
    }

    void refuse(String expected) {
        refuse(tree.found(), expected);
    }

    void refuse(String found, String expected) {
        problems.add(tree.place(), path, "found " + found + ", expected " + expected);
    }

    /** Refuses a key of this mapping rather than its value. */
    void refuseKey(String name, Place place, String found, String expected) {
        problems.add(place, below(name), "found " + found + ", expected " + expected);
    }

    boolean isBroken() {
        return tree instanceof Tree.Broken;
    }
}
