// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The results as a page in Markdown with its plots, and every sample as CSV. */
final class Report {

    private static final List<Figure> COLUMNS = List.of(
            Figure.CPU,
            Figure.USER,
            Figure.COMPILERS,
            Figure.RATE,
            Figure.P50,
            Figure.P99,
            Figure.P999,
            Figure.RESIDENT,
            Figure.BUSY,
            Figure.ENGINES,
            Figure.LOAD,
            Figure.MACHINE,
            Figure.FAILURES);

    private static final List<Figure> COMPARED =
            List.of(Figure.CPU, Figure.P50, Figure.P99, Figure.P999, Figure.RESIDENT);

    private final Results results;
    private final String subject;
    private final List<String> settings;
    private final StringBuilder page = new StringBuilder();

    /**
     * @param subject the peer that the others are compared with
     * @param settings lines that say where and how it was measured
     */
    Report(Results results, String subject, List<String> settings) {
        this.results = results;
        this.subject = subject;
        this.settings = settings;
    }

    /** Writes {@code report.md}, {@code samples.csv} and the plots. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        page.append(
                "# Measured\n\nWritten by `bench/lab`; [README.md](README.md) says how it is measured, and what it means. Each figure is the median of the rounds, with the "
                        + "least and the most of them in brackets.\n\n");
        settings.forEach(line -> page.append("- ").append(line).append('\n'));
        for (Scenario scenario : Scenario.ALL) {
            if (!results.peers(scenario.name()).isEmpty()) {
                scenario(scenario, folder);
            }
        }
        memory(folder);
        Files.writeString(folder.resolve("report.md"), page);
        Files.writeString(folder.resolve("samples.csv"), samples());
    }

    private void scenario(Scenario scenario, Path folder) throws IOException {
        page.append("\n## ")
                .append(scenario.name())
                .append(": ")
                .append(scenario.text())
                .append("\n\n");
        row(
                "",
                COLUMNS.stream()
                        .map(figure -> figure.title().replace("each", "a " + scenario.each()))
                        .toList());
        row("---", COLUMNS.stream().map(any -> "---").toList());
        Set<String> peers = results.peers(scenario.name());
        for (String peer : peers) {
            row(
                    peer,
                    COLUMNS.stream().map(figure -> told(scenario, peer, figure)).toList());
        }
        page.append("\n").append(subject).append(" divided by the others, of the medians:\n\n");
        row(
                "",
                COMPARED.stream()
                        .map(Figure::name)
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toList());
        row("---", COMPARED.stream().map(any -> "---").toList());
        for (String peer : peers) {
            if (!peer.equals(subject)) {
                row(
                        peer,
                        COMPARED.stream()
                                .map(figure -> ratio(scenario, peer, figure))
                                .toList());
            }
        }
        Figure plotted = scenario.name().equals("first") ? Figure.P50 : Figure.CPU;
        plot(scenario, plotted, scenario.name() + ".svg", folder);
        if (scenario.streams()) {
            plot(scenario, Figure.P99, scenario.name() + "-p99.svg", folder);
        }
    }

    private void plot(Scenario scenario, Figure figure, String file, Path folder) throws IOException {
        List<Bars.Bar> bars = new ArrayList<>();
        for (String peer : results.peers(scenario.name())) {
            results.of(scenario.name(), peer, figure)
                    .ifPresent(value -> bars.add(new Bars.Bar(peer, value, peer.equals(subject))));
        }
        String title = figure.title().replace("each", "a " + scenario.each()) + ": " + scenario.text();
        Files.writeString(folder.resolve(file), Bars.svg(title, bars));
        page.append("\n![").append(title).append("](").append(file).append(")\n");
    }

    private String told(Scenario scenario, String peer, Figure figure) {
        return results.of(scenario.name(), peer, figure)
                .map(Statistics::toString)
                .orElse("");
    }

    private String ratio(Scenario scenario, String peer, Figure figure) {
        return results.of(scenario.name(), peer, figure)
                .flatMap(other -> results.of(scenario.name(), subject, figure)
                        .map(ours -> String.format(Locale.ROOT, "%.2f", ours.median() / other.median())))
                .orElse("");
    }

    private void memory(Path folder) throws IOException {
        if (results.memory().isEmpty()) {
            return;
        }
        TreeSet<Integer> counts = new TreeSet<>();
        results.memory().values().forEach(by -> counts.addAll(by.keySet()));
        page.append("\n## memory: resident MB of a fresh process by open streams\n\n");
        List<String> titles = new ArrayList<>(counts.stream()
                .map(count -> String.format(Locale.ROOT, "%,d", count))
                .toList());
        titles.add("KB each further stream");
        row("", titles);
        row("---", titles.stream().map(any -> "---").toList());
        List<Bars.Bar> bars = new ArrayList<>();
        for (Map.Entry<String, Map<Integer, Double>> peer : results.memory().entrySet()) {
            Map<Integer, Double> by = peer.getValue();
            List<String> cells = new ArrayList<>(counts.stream()
                    .map(count -> by.containsKey(count) ? Statistics.number(by.get(count)) : "not all began")
                    .toList());
            List<Map.Entry<Integer, Double>> measured = List.copyOf(new TreeMap<>(by).entrySet());
            Map.Entry<Integer, Double> last = measured.get(measured.size() - 1);
            Map.Entry<Integer, Double> before = measured.get(Math.max(0, measured.size() - 2));
            double grown = (last.getValue() - before.getValue()) * 1000;
            cells.add(Statistics.number(grown / Math.max(1, last.getKey() - before.getKey())));
            row(peer.getKey(), cells);
            double most = last.getValue();
            if (last.getKey().equals(counts.last())) {
                bars.add(new Bars.Bar(
                        peer.getKey(),
                        new Statistics(most, most, most),
                        peer.getKey().equals(subject)));
            }
        }
        String title = "resident, MB, with " + titles.get(counts.size() - 1) + " open streams";
        Files.writeString(folder.resolve("memory.svg"), Bars.svg(title, bars));
        page.append("\n![").append(title).append("](memory.svg)\n");
    }

    private void row(String first, List<String> cells) {
        page.append("| ")
                .append(first)
                .append(" | ")
                .append(String.join(" | ", cells))
                .append(" |\n");
    }

    private String samples() {
        String head =
                "scenario,peer,round," + COLUMNS.stream().map(Figure::name).collect(Collectors.joining(",")) + "\n";
        return results.samples().stream()
                .map(sample -> sample.scenario() + "," + sample.peer() + "," + sample.round() + ","
                        + COLUMNS.stream()
                                .map(figure -> sample.figures().containsKey(figure)
                                        ? String.format(
                                                Locale.ROOT,
                                                "%.4f",
                                                sample.figures().get(figure))
                                        : "")
                                .collect(Collectors.joining(",")))
                .collect(Collectors.joining("\n", head, "\n"));
    }
}
