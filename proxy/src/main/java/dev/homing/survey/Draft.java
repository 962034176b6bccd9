// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A first configuration, as a value: which backends go together, by what was seen of them.
 *
 * @param pools a pool for each model, in the order in which their first backends were given; a single one when there is but one model, or none
 * @param left backends that showed no model while others showed different ones: nobody can tell whose they are
 */
public record Draft(List<Pool> pools, List<Found> left) {

    private static final Pattern OUTSIDE_NAMES = Pattern.compile("[^a-z0-9._-]+");

    /** Characters of a pool's name that come from its model's; a number may follow. */
    private static final int LONGEST_NAME = 48;

    public Draft {
        pools = List.copyOf(pools);
        left = List.copyOf(left);
    }

    /** A backend at its address, and what was seen of it. */
    public record Found(URI url, Survey survey) {}

    /**
     * A backend as it will be configured.
     *
     * @param weight 1 when it is not to be written
     */
    public record Member(String id, Found found, double weight) {}

    /**
     * Backends of one model.
     *
     * @param models that requests may ask it for, none of them another pool's; empty in a draft with one pool
     */
    public record Pool(String name, List<String> models, List<Member> members) {

        public Pool {
            models = List.copyOf(models);
            members = List.copyOf(members);
        }
    }

    /**
     * Puts together what belongs together.
     *
     * @param found at least one, in the order in which they were given
     */
    public static Draft of(List<Found> found) {
        Map<String, List<Found>> byModel = new LinkedHashMap<>();
        List<Found> without = new ArrayList<>();
        for (Found each : found) {
            List<Survey.Model> models = each.survey().models();
            if (models.isEmpty()) {
                without.add(each);
            } else {
                byModel.computeIfAbsent(models.get(0).shortName(), model -> new ArrayList<>())
                        .add(each);
            }
        }
        if (byModel.size() < 2) {
            return new Draft(List.of(new Pool("default", List.of(), members(found, found))), List.of());
        }
        return new Draft(pools(found, byModel), without);
    }

    /** All backends, those that are left last. */
    public Stream<Found> found() {
        return Stream.concat(
                pools.stream().flatMap(pool -> pool.members().stream()).map(Member::found), left.stream());
    }

    /** What was seen of those in pools, by their ids. */
    public Map<String, Survey> surveys() {
        return pools.stream()
                .flatMap(pool -> pool.members().stream())
                .collect(Collectors.toMap(Member::id, member -> member.found().survey()));
    }

    private static List<Pool> pools(List<Found> all, Map<String, List<Found>> byModel) {
        List<Pool> pools = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        Set<String> taken = new LinkedHashSet<>();
        // What each pool is named for is its own; of what else they serve, the first pool that has it gets the
        // requests.
        byModel.values()
                .forEach(group -> group.forEach(
                        each -> taken.add(each.survey().models().get(0).name())));
        for (Map.Entry<String, List<Found>> group : byModel.entrySet()) {
            Set<String> models = new LinkedHashSet<>();
            group.getValue()
                    .forEach(each -> models.add(each.survey().models().get(0).name()));
            for (Found each : group.getValue()) {
                for (Survey.Model model : each.survey().models()) {
                    if (taken.add(model.name())) {
                        models.add(model.name());
                    }
                }
            }
            pools.add(new Pool(name(group.getKey(), names), List.copyOf(models), members(all, group.getValue())));
        }
        return pools;
    }

    /** Numbered through all pools, so that an id alone says which backend is meant. */
    private static List<Member> members(List<Found> all, List<Found> pool) {
        int least =
                pool.stream().mapToInt(found -> found.survey().slots()).min().orElse(0);
        List<Member> members = new ArrayList<>();
        for (Found each : pool) {
            double weight = least > 0 ? (double) each.survey().slots() / least : 1;
            members.add(new Member("gpu-" + all.indexOf(each), each, Math.round(weight * 100) / 100.0));
        }
        return members;
    }

    private static String name(String model, Set<String> names) {
        String plain = OUTSIDE_NAMES
                .matcher(model.toLowerCase(Locale.ROOT).replaceAll("\\.gguf$", ""))
                .replaceAll("-")
                .replaceAll("^[^a-z0-9]+|-+$", "");
        String base = plain.isEmpty() || plain.equals("any") || plain.equals("none") ? "model" : plain;
        base = base.substring(0, Math.min(base.length(), LONGEST_NAME));
        String name = base;
        for (int i = 2; !names.add(name); i++) {
            name = base + "-" + i;
        }
        return name;
    }
}
