// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * Requests of many sessions as somebody recorded them, or as a seed makes them up where no record is at hand.
 *
 * @param source what it is, for people
 * @param requests by time
 */
record RecordedLoad(String source, List<Request> requests) {

    private static final String TRACE = "shared/traces/claude_code_quarter.jsonl.gz";

    /**
     * One request.
     *
     * @param atMillis from the start of the record
     * @param blocks ids of the prompt's prefix blocks: two prompts share a prefix as far as their lists agree
     * @param outputTokens length of the answer
     */
    record Request(long atMillis, String session, List<Integer> blocks, int outputTokens) {}

    RecordedLoad {
        requests = List.copyOf(requests);
    }

    /** The record beside the project, or the made-up load; what comes first up to {@code length}. */
    static RecordedLoad first(Duration length) throws IOException {
        Path root = Path.of(System.getProperty("project.root", "."));
        Path trace = root.toAbsolutePath().normalize().resolveSibling(TRACE);
        return Files.isReadable(trace) ? recorded(trace, length) : made(7, length);
    }

    private static RecordedLoad recorded(Path trace, Duration length) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<Request> requests = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(trace)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode request = json.readTree(line);
                if (request.path("t_ms").asLong() >= length.toMillis()) {
                    break;
                }
                List<Integer> blocks = new ArrayList<>();
                request.path("blocks").forEach(block -> blocks.add(block.asInt()));
                requests.add(new Request(
                        request.path("t_ms").asLong(),
                        request.path("session").asText(),
                        List.copyOf(blocks),
                        request.path("output_tokens").asInt()));
            }
        }
        return new RecordedLoad("recorded, " + trace.getFileName(), requests);
    }

    /** Of the same shape: coding agents that re-send 30 to 140 blocks, a shared head first, and grow by a few with each turn. */
    static RecordedLoad made(long seed, Duration length) {
        Random random = new Random(seed);
        List<Request> requests = new ArrayList<>();
        int next = 1_000;
        for (int session = 0; session < 60; session++) {
            List<Integer> blocks = new ArrayList<>();
            int head = random.nextInt(3);
            for (int i = 0; i < 8; i++) {
                blocks.add(head * 8 + i);
            }
            for (int more = 20 + random.nextInt(110); more > 0; more--) {
                blocks.add(next++);
            }
            long at = (long) (random.nextDouble() * length.toMillis() / 2);
            for (int turn = 0; turn < 30 && at < length.toMillis(); turn++) {
                requests.add(new Request(at, "made-" + session, List.copyOf(blocks), 50 + random.nextInt(800)));
                for (int more = random.nextInt(4); more > 0; more--) {
                    blocks.add(next++);
                }
                at += 5_000 + random.nextInt(45_000);
            }
        }
        requests.sort(Comparator.comparingLong(Request::atMillis));
        return new RecordedLoad(
                "made up from seed " + seed + ", since " + TRACE + " is not beside the project", requests);
    }

    /** The share of all blocks that one endless cache for everybody would hold when they are asked for: nobody can have more. */
    double possibleShare() {
        Set<Integer> seen = new HashSet<>();
        long cached = 0;
        long all = 0;
        for (Request request : requests) {
            int hit = 0;
            while (hit < request.blocks().size()
                    && seen.contains(request.blocks().get(hit))) {
                hit++;
            }
            seen.addAll(request.blocks());
            cached += hit;
            all += request.blocks().size();
        }
        return (double) cached / all;
    }

    long sessions() {
        return requests.stream().map(Request::session).distinct().count();
    }
}
