// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Round robin, {@code rendezvous} and {@code load_aware} beside each other on live demo replicas: {@code homing demo} with each placement in turn, one
 * run for each seed, and the medians as a table in Markdown. What a machine does meanwhile falls on all of them.
 *
 * <p>Arguments: the jar, the number of runs (5), and options of the demo, such as {@code --sessions 24}.
 */
public final class LivePlacement {

    private static final List<String> PLACEMENTS = List.of("rendezvous", "load_aware");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What one round of the demo came to. */
    private record Result(double cachedShare, double p50Millis, double p95Millis) {

        static Result of(JsonNode figures) {
            return new Result(
                    figures.path("cached_share").doubleValue(),
                    figures.path("ttft_p50_ms").doubleValue(),
                    figures.path("ttft_p95_ms").doubleValue());
        }
    }

    private LivePlacement() {}

    /** Prints the table; what the demo says meanwhile goes to standard error. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path jar = Path.of(arguments.length > 0 ? arguments[0] : "proxy/target/homing.jar");
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        List<String> options = arguments.length > 2 ? List.of(arguments).subList(2, arguments.length) : List.of();
        Map<String, List<Result>> results = new LinkedHashMap<>();
        for (int seed = 1; seed <= runs; seed++) {
            for (String placement : PLACEMENTS) {
                JsonNode told = demo(jar, seed, placement, options);
                results.computeIfAbsent("round robin", any -> new ArrayList<>())
                        .add(Result.of(told.path("round_robin")));
                results.computeIfAbsent(placement, any -> new ArrayList<>()).add(Result.of(told.path("affinity")));
            }
        }
        print(results, System.out);
    }

    private static JsonNode demo(Path jar, int seed, String placement, List<String> options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar.toString(),
                "demo",
                "--json",
                "--seed",
                String.valueOf(seed),
                "--placement",
                placement));
        command.addAll(options);
        Process process =
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        try (InputStream out = process.getInputStream()) {
            JsonNode told = JSON.readTree(out);
            int exit = process.waitFor();
            if (exit != 0 || told.path("affinity").isMissingNode()) {
                throw new IOException(String.join(" ", command) + ": exit " + exit + " (expected: 0, and figures)");
            }
            return told;
        }
    }

    private static void print(Map<String, List<Result>> results, PrintStream out) {
        out.println("| median of | runs | cached | p50 ms | p95 ms | p95 of single runs |");
        out.println("|---|---|---|---|---|---|");
        results.forEach((policy, runs) -> out.printf(
                Locale.ROOT,
                "| %s | %d | %.1f %% | %.0f | %.0f | %s |%n",
                policy,
                runs.size(),
                100 * median(runs.stream().map(Result::cachedShare).toList()),
                median(runs.stream().map(Result::p50Millis).toList()),
                median(runs.stream().map(Result::p95Millis).toList()),
                String.join(
                        ", ",
                        runs.stream()
                                .map(run -> String.format(Locale.ROOT, "%.0f", run.p95Millis()))
                                .toList())));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted(Comparator.naturalOrder()).toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
