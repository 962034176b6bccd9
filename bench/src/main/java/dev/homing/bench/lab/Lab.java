// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import dev.homing.bench.lab.ProcessFigures.Cpu;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Measures subjects in turn, round by round, so that whatever else the machine does falls on all of them. All share its cores with the engines and the
 * clients, whose share is told.
 */
final class Lab {

    /** Streams that have begun are left alone for so long before they are measured. */
    private static final long SETTLE_MILLIS = 1_000;

    private final ProcessHandle engines;
    private final Load load;
    private final int seconds;

    /** @param seconds how long each is measured */
    Lab(ProcessHandle engines, Load load, int seconds) {
        this.engines = engines;
        this.load = load;
        this.seconds = seconds;
    }

    /** Lets the just-in-time compilers see most of what there is to see: about a million tokens, and requests for some seconds. */
    void warm(List<Subject> subjects, int seconds) throws IOException, InterruptedException {
        Scenario tokens = new Scenario("warm", "", 500, "every=10", 0, "token");
        Scenario requests = new Scenario("warm", "", 64, "", 0, "request");
        Lab warm = new Lab(engines, load, seconds);
        for (Subject subject : subjects) {
            warm.measure(tokens, subject, 0);
            warm.measure(requests, subject, 0);
        }
    }

    List<Sample> measure(Scenario scenario, List<Subject> subjects, int rounds)
            throws IOException, InterruptedException {
        List<Sample> samples = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (Subject subject : subjects) {
                samples.add(measure(scenario, subject, round));
            }
        }
        return samples;
    }

    private Sample measure(Scenario scenario, Subject subject, int round) throws IOException, InterruptedException {
        int port = subject.peer().port();
        int missing = scenario.streams()
                ? load.streams(port, scenario.clients(), scenario.everyMillis(), 0)
                : load.askers(port, scenario.clients(), scenario.query(), scenario.bodyBytes());
        Thread.sleep(SETTLE_MILLIS);
        load.turn();
        Usage before = Usage.of(subject, engines);
        long begin = System.nanoTime();
        for (int i = 0; i < seconds; i++) {
            Thread.sleep(Math.max(
                    0, TimeUnit.SECONDS.toMillis(i + 1) - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)));
            scrape(subject.peer().admin());
        }
        Window seen = load.turn();
        double elapsed = (System.nanoTime() - begin) / 1e9;
        Usage used = Usage.of(subject, engines).since(before);
        Map<Figure, Double> figures = figures(seen, used, elapsed);
        figures.merge(Figure.FAILURES, (double) missing, Double::sum);
        ProcessHandle process = subject.process();
        if (process != null) {
            figures.put(Figure.RESIDENT, ProcessFigures.resident(process) / 1e6);
        }
        load.leave();
        return new Sample(scenario.name(), subject.peer().name(), round, figures);
    }

    /** Resident memory of a fresh process as streams are opened that say little, in MB by their number: as far as all of them begin. */
    Map<Integer, Double> grow(Subject subject, List<Integer> counts) throws IOException, InterruptedException {
        Map<Integer, Double> resident = new TreeMap<>();
        ProcessHandle process = subject.process();
        int open = 0;
        for (int count : counts) {
            if (process == null || load.streams(subject.peer().port(), count - open, 10_000, open) > 0) {
                break;
            }
            open = count;
            Thread.sleep(SETTLE_MILLIS);
            resident.put(count, ProcessFigures.resident(process) / 1e6);
        }
        load.leave();
        return resident;
    }

    private static Map<Figure, Double> figures(Window seen, Usage used, double elapsed) {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        Cpu proxy = used.proxy();
        if (proxy != null) {
            double each = 1e6 / Math.max(1, seen.count());
            figures.put(Figure.CPU, proxy.total() * each);
            figures.put(Figure.USER, proxy.user() * each);
            figures.put(Figure.COMPILERS, proxy.compilers() * each);
            figures.put(Figure.BUSY, proxy.total() / elapsed);
        }
        figures.put(Figure.RATE, seen.count() / elapsed);
        figures.put(Figure.P50, seen.millis(50));
        figures.put(Figure.P99, seen.millis(99));
        figures.put(Figure.P999, seen.millis(99.9));
        figures.put(Figure.ENGINES, used.engines().total() / elapsed);
        figures.put(Figure.LOAD, used.load().total() / elapsed);
        figures.put(Figure.MACHINE, used.machine() / elapsed);
        figures.put(Figure.FAILURES, (double) seen.failures());
        return figures;
    }

    private static void scrape(int admin) throws IOException {
        if (admin > 0) {
            try (InputStream metrics =
                    URI.create("http://127.0.0.1:" + admin + "/metrics").toURL().openStream()) {
                metrics.readAllBytes();
            }
        }
    }

    /** CPU time of all that takes part. */
    private record Usage(@Nullable Cpu proxy, Cpu engines, Cpu load, double machine) {

        static Usage of(Subject subject, ProcessHandle engines) throws IOException {
            ProcessHandle process = subject.process();
            return new Usage(
                    process == null ? null : ProcessFigures.cpu(process),
                    ProcessFigures.cpu(engines),
                    ProcessFigures.own(),
                    ProcessFigures.machine());
        }

        Usage since(Usage before) {
            return new Usage(
                    proxy == null || before.proxy == null ? null : proxy.since(before.proxy),
                    engines.since(before.engines),
                    load.since(before.load),
                    machine - before.machine);
        }
    }
}
