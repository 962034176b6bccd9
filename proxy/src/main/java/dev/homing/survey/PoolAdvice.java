// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import dev.homing.config.BackendConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What to say about the backends of one pool beside each other: they should be interchangeable. */
public final class PoolAdvice {

    /** How far apart shares of slots and weights may be before it is said. */
    private static final double TOLERANCE = 1.1;

    private PoolAdvice() {}

    /**
     * All there is to say of the pool.
     *
     * @param seen in the order of the configuration; those that were not reached say nothing
     */
    public static List<Remark> of(Map<BackendConfig, Survey> seen) {
        List<Remark> remarks = new ArrayList<>();
        if (!shareAModel(seen)) {
            remarks.add(Remark.warning("no model that all backends serve: "
                    + each(
                            seen,
                            survey -> survey.models().isEmpty()
                                    ? ""
                                    : survey.models().get(0).name())
                    + " (expected: a pool for each model, with routes by model)"));
        }
        if (distinct(seen, Survey::context) > 1) {
            remarks.add(Remark.advice("a conversation that fits in one does not fit in another, by context: "
                    + each(seen, survey -> survey.context() > 0 ? String.valueOf(survey.context()) : "")));
        }
        if (!weightsFollowSlots(seen)) {
            remarks.add(Remark.advice("new sessions are shared out by weight, which does not follow the slots: "
                    + each(seen, survey -> survey.slots() > 0 ? String.valueOf(survey.slots()) : "")));
        }
        return remarks;
    }

    private static boolean shareAModel(Map<BackendConfig, Survey> seen) {
        Set<String> common = new HashSet<>();
        boolean first = true;
        for (Survey survey : seen.values()) {
            Set<String> own =
                    survey.models().stream().map(Survey.Model::shortName).collect(Collectors.toSet());
            if (!own.isEmpty()) {
                if (first) {
                    common.addAll(own);
                } else {
                    common.retainAll(own);
                }
                first = false;
            }
        }
        return first || !common.isEmpty();
    }

    private static long distinct(Map<BackendConfig, Survey> seen, Function<Survey, Long> what) {
        return seen.values().stream()
                .map(what)
                .filter(value -> value > 0)
                .distinct()
                .count();
    }

    private static boolean weightsFollowSlots(Map<BackendConfig, Survey> seen) {
        double least = Double.MAX_VALUE;
        double most = 0;
        for (Map.Entry<BackendConfig, Survey> each : seen.entrySet()) {
            if (each.getValue().slots() > 0) {
                double slotsAWeight = each.getValue().slots() / each.getKey().weight();
                least = Math.min(least, slotsAWeight);
                most = Math.max(most, slotsAWeight);
            }
        }
        return most <= least * TOLERANCE;
    }

    private static String each(Map<BackendConfig, Survey> seen, Function<Survey, String> what) {
        return seen.entrySet().stream()
                .filter(entry -> !what.apply(entry.getValue()).isEmpty())
                .map(entry -> entry.getKey().id() + " " + what.apply(entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
