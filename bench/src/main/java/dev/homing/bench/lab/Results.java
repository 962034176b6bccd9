// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that was measured.
 *
 * @param samples of the scenarios
 * @param memory resident MB of fresh processes, by peer and by open streams
 */
record Results(List<Sample> samples, Map<String, Map<Integer, Double>> memory) {

    /** In the order in which they were measured. */
    Set<String> peers(String scenario) {
        Set<String> peers = new LinkedHashSet<>();
        samples.stream()
                .filter(sample -> sample.scenario().equals(scenario))
                .forEach(sample -> peers.add(sample.peer()));
        return peers;
    }

    /** Empty where it does not apply, or was not measured. */
    Optional<Statistics> of(String scenario, String peer, Figure figure) {
        List<Double> values = samples.stream()
                .filter(sample ->
                        sample.scenario().equals(scenario) && sample.peer().equals(peer))
                .filter(sample -> sample.figures().containsKey(figure))
                .map(sample -> sample.figures().get(figure))
                .toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(Statistics.of(values));
    }
}
