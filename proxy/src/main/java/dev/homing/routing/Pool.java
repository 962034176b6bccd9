// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The backends of one pool at one moment, immutable, with what a decision looks up worked out beforehand. */
public final class Pool {

    private final int index;
    private final String name;
    private final List<Backend> backends;
    private final List<Backend> eligible;
    private final @Nullable Backend[] bySlot;
    private final RoundRobin roundRobin;
    private final PlacementRules rules;
    private final boolean recovering;

    /** One that is not {@link #recovering}. */
    public Pool(int index, String name, List<Backend> backends, PlacementRules rules) {
        this(index, name, backends, rules, false);
    }

    /**
     * @param index dense index of the pool, stable over reloads for one name
     * @param backends at least one; slots and ids unique
     * @param recovering see {@link #recovering()}
     */
    public Pool(int index, String name, List<Backend> backends, PlacementRules rules, boolean recovering) {
        this.index = index;
        this.name = name;
        this.backends = List.copyOf(backends);
        this.eligible = this.backends.stream().filter(Backend::takesNew).toList();
        this.roundRobin = RoundRobin.of(eligible);
        this.rules = rules;
        this.recovering = recovering;
        int last = this.backends.stream().mapToInt(Backend::slot).max().orElse(-1);
        this.bySlot = new Backend[last + 1];
        for (Backend backend : this.backends) {
            bySlot[backend.slot()] = backend;
        }
    }

    public int index() {
        return index;
    }

    public String name() {
        return name;
    }

    /** All backends, in the order of the configuration. */
    public List<Backend> backends() {
        return backends;
    }

    /** Those that take new sessions, in the order of the configuration; may be empty. */
    public List<Backend> eligible() {
        return eligible;
    }

    /** The backend in that slot, null when it is no longer in this pool. */
    public @Nullable Backend bySlot(int slot) {
        return slot < bySlot.length ? bySlot[slot] : null;
    }

    /** The turns of those that take new sessions. */
    RoundRobin roundRobin() {
        return roundRobin;
    }

    public PlacementRules rules() {
        return rules;
    }

    /**
     * Whether all its backends were out a moment ago and not all are back: sessions of those that still are out shall not be bound to whoever is
     * the first, who would have them all for good.
     */
    public boolean recovering() {
        return recovering;
    }
}
