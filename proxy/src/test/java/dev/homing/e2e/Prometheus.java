// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The real one, of Debian's package {@code prometheus}, that scrapes one homing several times a second. */
final class Prometheus implements AutoCloseable {

    static final Path BINARY = Path.of("/usr/bin/prometheus");

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Process process;
    private final URI base;

    private Prometheus(Process process, URI base) {
        this.process = process;
        this.base = base;
    }

    /**
     * Starts one.
     *
     * @param homing its admin listener
     * @param rules whose alerts it evaluates
     */
    static Prometheus scraping(URI homing, Path rules, Path folder) throws IOException {
        Path config = Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 250ms, evaluation_interval: 250ms}
                rule_files: ["%s"]
                scrape_configs: [{job_name: homing, static_configs: [{targets: ["%s"]}]}]
                """.formatted(rules, homing.getAuthority()));
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Process process = new ProcessBuilder(
                        BINARY.toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        return new Prometheus(process, URI.create("http://127.0.0.1:" + port));
    }

    /** What PromQL answers now: a value by each value of one label. */
    Map<String, Double> ask(String question, String label) throws IOException, InterruptedException {
        JsonNode answer = get("/api/v1/query?query=" + URLEncoder.encode(question, StandardCharsets.UTF_8));
        Map<String, Double> values = new TreeMap<>();
        for (JsonNode series : answer.path("data").path("result")) {
            values.put(
                    series.path("metric").path(label).asText(),
                    Double.valueOf(series.path("value").path(1).asText()));
        }
        return values;
    }

    /** Whether it has scraped its target without a fault. */
    boolean scrapes() throws InterruptedException {
        try {
            JsonNode target =
                    get("/api/v1/targets").path("data").path("activeTargets").path(0);
            return target.path("health").asText().equals("up");
        } catch (IOException e) {
            return false;
        }
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return json.readTree(
                http.send(HttpRequest.newBuilder(base.resolve(path)).build(), BodyHandlers.ofString())
                        .body());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.onExit().get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | java.util.concurrent.ExecutionException | TimeoutException e) {
            process.destroyForcibly();
        }
    }
}
