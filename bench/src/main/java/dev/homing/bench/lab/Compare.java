// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The lab's command line, see {@code bench/lab}. */
@Command(
        name = "bench/lab",
        sortOptions = false,
        description =
                "Measures homing beside HAProxy, nginx and Caddy on this machine, and writes a report. Nothing else should run meanwhile.",
        mixinStandardHelpOptions = true)
final class Compare implements Callable<Integer> {

    private static final Pattern MODULE = Pattern.compile("(?m)^mod\\s+\\S+\\s+v(\\S+)");
    private static final Pattern NUMBER = Pattern.compile("\\d+\\.\\d+[.\\d]*");
    private static final List<Integer> STREAMS = List.of(1, 1_000, 5_000, 9_500);

    @Option(names = "--rounds", defaultValue = "5", description = "of each scenario (5)")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "6", description = "for which each is measured (6)")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "25",
            description = "seconds of each kind of load before the first round (25)")
    private int warmUp;

    @Option(
            names = "--scenario",
            split = ",",
            description = "of tokens-500, tokens-5000, idle, requests, prompts, first, memory (all)")
    private List<String> scenarios = List.of();

    @Option(names = "--peer", split = ",", description = "of direct, haproxy, nginx, caddy (all)")
    private List<String> peers = List.of("direct", "haproxy", "nginx", "caddy");

    @Option(names = "--caddy", description = "another Caddy's binary")
    private List<String> caddies = List.of();

    @Option(names = "--homing", defaultValue = "./homing", description = "the launcher (./homing)")
    private String homing = "./homing";

    @Option(names = "--beside", description = "a launcher of another version of homing, measured as well")
    private List<String> others = List.of();

    @Option(names = "--out", defaultValue = "docs/performance", description = "the report's folder (docs/performance)")
    private Path out = Path.of("docs/performance");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Compare()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("homing-lab");
        Process engines = engines();
        List<Subject> subjects = new ArrayList<>();
        try (Load load = new Load()) {
            List<Integer> ports = ports(engines);
            List<Peer> all = peers(ports);
            Lab lab = new Lab(engines.toHandle(), load, seconds);
            for (Peer peer : all) {
                subjects.add(Subject.start(peer, folder));
            }
            say("warming up");
            lab.warm(subjects, warmUp);
            List<Sample> samples = new ArrayList<>();
            for (Scenario scenario : Scenario.ALL) {
                if (wanted(scenario.name())) {
                    say(scenario.name() + ": " + scenario.text());
                    samples.addAll(lab.measure(scenario, subjects, rounds));
                    report(all, samples, Map.of());
                }
            }
            stop(subjects);
            Map<String, Map<Integer, Double>> memory = wanted("memory") ? memory(lab, all, folder) : Map.of();
            report(all, samples, memory);
            say("written: " + out.resolve("report.md"));
            return 0;
        } finally {
            stop(subjects);
            engines.getOutputStream().close();
            engines.waitFor();
            delete(folder);
        }
    }

    /** After each scenario, so that nothing is lost if a later one fails. */
    private void report(List<Peer> all, List<Sample> samples, Map<String, Map<Integer, Double>> memory)
            throws IOException {
        new Report(new Results(samples, memory), all.get(0).name(), settings()).write(out);
    }

    private boolean wanted(String scenario) {
        return scenarios.isEmpty() || scenarios.contains(scenario);
    }

    private static Process engines() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Dio.netty.leakDetection.level=disabled",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Engines.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<Integer> ports(Process engines) throws IOException {
        String line =
                new BufferedReader(new InputStreamReader(engines.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (line == null) {
            throw new IOException("engines: ended (expected: their ports)");
        }
        return Stream.of(line.split(" ")).map(Integer::valueOf).toList();
    }

    private List<Peer> peers(List<Integer> engines) throws IOException {
        List<Peer> all = new ArrayList<>();
        all.add(Peer.homing("homing", List.of(homing), engines, free(), free()));
        for (String other : others) {
            all.add(Peer.homing("homing of " + other, List.of(other), engines, free(), free()));
        }
        for (String peer : peers) {
            switch (peer) {
                case "direct" -> all.add(Peer.direct(engines.get(0)));
                case "haproxy" -> all.add(Peer.haproxy(version("haproxy", "-v"), engines, free()));
                case "nginx" -> all.add(Peer.nginx(version("nginx", "-v"), engines, free()));
                case "caddy" -> all.add(Peer.caddy(version("caddy", "version"), "caddy", engines, free()));
                default ->
                    throw new IllegalArgumentException(
                            "--peer: " + peer + " (expected: direct, haproxy, nginx or caddy)");
            }
        }
        for (String caddy : caddies) {
            all.add(Peer.caddy(version(caddy, "build-info"), caddy, engines, free()));
        }
        return all;
    }

    private Map<String, Map<Integer, Double>> memory(Lab lab, List<Peer> all, Path folder)
            throws IOException, InterruptedException {
        say("memory: fresh processes, more and more streams");
        Map<String, Map<Integer, Double>> memory = new LinkedHashMap<>();
        for (Peer peer : all) {
            if (!peer.command().isEmpty()) {
                try (Subject fresh = Subject.start(peer, folder)) {
                    Map<Integer, Double> grown = lab.grow(fresh, STREAMS);
                    if (grown.size() < STREAMS.size()) {
                        say("memory: " + peer.name() + ": not all of " + STREAMS.get(grown.size()) + " streams began");
                    }
                    if (!grown.isEmpty()) {
                        memory.put(peer.name(), grown);
                    }
                }
            }
        }
        return memory;
    }

    private List<String> settings() throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("unknown processor");
        return List.of(
                Runtime.getRuntime().availableProcessors() + " cores of " + model + ", Linux "
                        + System.getProperty("os.version"),
                output(homing, "version"),
                "commit " + output("git", "describe", "--always", "--dirty"),
                rounds + " rounds of " + seconds + " s, after a warm-up of " + warmUp
                        + " s of tokens and of requests for each peer",
                "clients and engines: one process and one event loop each, on the same cores; a peer's CPU is what the kernel counts for its processes");
    }

    /** What a program tells as its version: the number behind the name of its module, or else the first number with dots. */
    private static String version(String... command) throws IOException {
        String told = output(command);
        Matcher module = MODULE.matcher(told);
        Matcher number = NUMBER.matcher(told);
        if (module.find()) {
            return module.group(1);
        }
        if (number.find()) {
            return number.group();
        }
        throw new IOException(String.join(" ", command) + ": no version in what it says: " + told);
    }

    private static String output(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void stop(List<Subject> subjects) throws InterruptedException {
        for (Subject subject : subjects) {
            subject.close();
        }
        subjects.clear();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static void say(String text) {
        System.err.println(text);
    }
}
