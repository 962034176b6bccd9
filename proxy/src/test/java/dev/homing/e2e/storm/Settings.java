// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/** The configuration file of a storm, with limits of time and number so tight that all of them are reached. */
final class Settings {

    private static final String COMMON = """
            listen: 127.0.0.1:0
            admin: 127.0.0.1:0
            io: %s
            threads: 2
            health: {interval: 150ms, timeout: 700ms, fall: 3, rise: 1, passive: {failures: 30, window: 2s, eject_for: 300ms}}
            timeouts: {connect: 400ms, request_head: 2s, request_body: 2s, response_head: 1500ms, stream_idle: 1500ms, client_idle: 30s, upstream_idle: 1s}
            limits: {peek: 64KiB, body: 1MiB}
            """;

    private static final int SLOTS = 8;

    private final Path file;
    private final String io;
    private final List<FaultyBackend> backends;

    Settings(Path file, String io, List<FaultyBackend> backends) {
        this.file = file;
        this.io = io.toLowerCase(Locale.ROOT);
        this.backends = backends;
    }

    int backends() {
        return backends.size();
    }

    /** Every backend with as many slots as the others. */
    String calm() {
        StringBuilder yaml = new StringBuilder(COMMON.formatted(io))
                .append("queue: {limit: 64, timeout: 1s}\n")
                .append("affinity: {placement: load_aware}\n")
                .append("backends:\n");
        backends.forEach(backend -> append(yaml, backend, 1, SLOTS));
        return yaml.toString();
    }

    /** Other weights, slots, queue and placement; backends but the first may be missing. */
    String shuffled(Chance chance) {
        StringBuilder yaml = new StringBuilder(COMMON.formatted(io))
                .append("queue: {limit: ")
                .append(chance.between(1, 100))
                .append(", timeout: ")
                .append(chance.between(50, 1500))
                .append("ms}\naffinity: {placement: ")
                .append(chance.of(List.of("load_aware", "load_aware", "rendezvous")))
                .append(", slack_tokens: ")
                .append(chance.of(List.of(50, 16_384)))
                .append(", when_full: ")
                .append(chance.of(List.of("wait", "spill")))
                .append(", relief: ")
                .append(chance.of(List.of("off", "4")))
                .append(", on_return: ")
                .append(chance.of(List.of("stay", "home")))
                .append("}\nbackends:\n");
        for (FaultyBackend backend : backends) {
            if (backend.number() == 0 || chance.in(85)) {
                append(yaml, backend, chance.between(1, 4), chance.of(List.of(0, 1, 2, SLOTS)));
            }
        }
        return yaml.toString();
    }

    /** Puts it in the file's place, all at once. */
    void write(String yaml) throws IOException {
        Path whole = Files.writeString(file.resolveSibling("new.yaml"), yaml);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void append(StringBuilder yaml, FaultyBackend backend, int weight, int slots) {
        yaml.append("  - {id: ")
                .append(backend.id())
                .append(", url: \"")
                .append(backend.url())
                .append("\", weight: ")
                .append(weight)
                .append(", max_inflight: ")
                .append(slots)
                .append("}\n");
    }
}
