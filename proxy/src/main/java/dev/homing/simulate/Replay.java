// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is asked of the simulator: some traces, each replayed under some policies.
 *
 * @param copies of each trace at once, 1 to 1000
 */
public record Replay(List<Path> traces, List<Policy> policies, int copies, Scenario scenario) {

    private static final int MOST_COPIES = 1000;

    public Replay {
        traces = List.copyOf(traces);
        policies = List.copyOf(policies);
        if (copies < 1 || copies > MOST_COPIES) {
            throw new IllegalArgumentException("copies: " + copies + " (expected: 1 to " + MOST_COPIES + ")");
        }
    }

    /** Who watches. */
    @FunctionalInterface
    public interface Progress {

        /**
         * So much is done of a phase.
         *
         * @param phase what is going on, such as a policy's name
         */
        void at(String phase, int done, int all);
    }

    /**
     * Does it. All traces are read before the first one is replayed.
     *
     * @throws BadTrace when a trace cannot be used
     */
    public Report run(Progress progress) throws BadTrace {
        List<Trace> read = new ArrayList<>();
        for (Path file : traces) {
            Trace trace = TraceReader.read(file);
            if ((long) copies * trace.blockCount() > Integer.MAX_VALUE) {
                throw new BadTrace(file + ": " + trace.blockCount() + " different blocks (expected: no more than "
                        + Integer.MAX_VALUE / copies + " for " + copies + " copies)");
            }
            read.add(trace);
        }
        List<Report.Row> rows = new ArrayList<>();
        for (Trace trace : read) {
            Workload workload = Workload.of(trace, copies, scenario.seed());
            int all = workload.size();
            for (Policy policy : policies) {
                Figures figures =
                        Simulation.run(workload, scenario, policy, done -> progress.at(policy.label(), done, all));
                rows.add(new Report.Row(trace.name(), all, policy, figures));
            }
        }
        return new Report(copies, scenario, rows);
    }
}
