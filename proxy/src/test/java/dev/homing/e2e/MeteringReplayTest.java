// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two thousand requests in every dialect and mode, some of them bad and some left by their clients: what homing counts of each replica is what
 * that replica's answers say, and what they do not say counts as missing.
 */
@Tag("long")
class MeteringReplayTest {

    private static final int REQUESTS = 2_000;
    private static final int AT_A_TIME = 48;
    private static final int SESSIONS = 60;

    /** More tokens than a replica makes before a client that leaves has left. */
    private static final int ENDLESS = 4_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private enum Manner {
        WHOLE,
        LEAVING,
        BROKEN
    }

    /** @param stream what the body says of streaming, empty for an answer in one piece */
    private record Asked(String model, String path, String stream, Manner manner, String session, int turn) {

        String body() {
            String prompt = "The sea is wide, said " + session + ". ".repeat(1 + turn % 7)
                    + "word ".repeat(40 * (1 + turn % 5));
            String text = switch (path) {
                case "/v1/completions", "/completion" -> "\"prompt\":\"" + prompt + "\"";
                case "/v1/responses" -> "\"input\":\"" + prompt + "\"";
                default -> "\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]";
            };
            String limit = switch (path) {
                case "/completion" -> "n_predict";
                case "/v1/responses" -> "max_output_tokens";
                default -> "max_tokens";
            };
            int tokens = manner == Manner.LEAVING ? ENDLESS : 1 + turn % 4;
            String whole = "{\"model\":\"" + model + "\"," + stream + "\"" + limit + "\":" + tokens + "," + text + "}";
            return manner == Manner.BROKEN ? whole.substring(0, whole.length() - 2) : whole;
        }
    }

    /** @param status 0 when the client left before any */
    private record Got(
            Asked asked,
            int status,
            String backend,
            @Nullable ToldUsage usage) {

        boolean isGeneration() {
            return status == 200;
        }

        boolean isMissing() {
            return isGeneration() && (usage == null || usage.cached() < 0);
        }
    }

    @Test
    void tokensAreCountedAsTheReplicasToldThemAndOthersAsMissing() throws Exception {
        EngineSettings.Kind vllm = EngineSettings.Kind.VLLM;
        try (Replicas llamas = Replicas.start(2, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER));
                Replicas vllms = Replicas.start(2, Replicas.fast(vllm));
                Replicas silent = Replicas.start(1, Replicas.fast(vllm).cacheReport(false));
                RunningHoming homing = RunningHoming.start(yaml(llamas, vllms, silent))) {
            List<Got> all = replay(homing);

            Operator operator = new Operator(homing.operators());
            await().atMost(PATIENCE).until(() -> operator.metrics().sum("homing_requests_total") == REQUESTS);
            Scrape metrics = operator.metrics();
            Map<String, List<Long>> counted = new TreeMap<>();
            Map<String, List<Long>> told = new TreeMap<>();
            for (String backend : List.of("llama-0", "llama-1", "vllm-0", "vllm-1", "silent-0")) {
                counted.put(backend, counted(metrics, backend));
                told.put(backend, told(all, backend));
            }
            assertThat(counted).isEqualTo(told);
            assertThat(all).filteredOn(got -> got.usage() != null).hasSizeGreaterThan(REQUESTS / 2);
            assertThat(all).filteredOn(Got::isMissing).hasSizeGreaterThan(REQUESTS / 20);
            assertThat(all).filteredOn(got -> got.status() >= 400).hasSizeGreaterThan(REQUESTS / 20);
            assertThat(metrics.sum("homing_client_aborts_total")).isGreaterThan(REQUESTS / 20.0);
        }
    }

    private static List<Long> counted(Scrape metrics, String backend) {
        String label = "backend=" + backend;
        return List.of(
                metrics.count("homing_prompt_tokens_total", label, "cached=true"),
                metrics.count("homing_prompt_tokens_total", label, "cached=false"),
                metrics.count("homing_completion_tokens_total", label),
                metrics.count("homing_usage_missing_total", label));
    }

    private static List<Long> told(List<Got> all, String backend) {
        long cached = 0;
        long prompt = 0;
        long completion = 0;
        long missing = 0;
        for (Got got : all) {
            if (!got.backend().equals(backend)) {
                continue;
            }
            ToldUsage usage = got.usage();
            if (got.isGeneration() && usage != null) {
                cached += Math.max(0, usage.cached());
                prompt += usage.prompt();
                completion += usage.completion();
            }
            missing += got.isMissing() ? 1 : 0;
        }
        return List.of(cached, prompt - cached, completion, missing);
    }

    private List<Got> replay(RunningHoming homing) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<Future<Got>> answers = new ArrayList<>();
            for (Asked asked : plan()) {
                answers.add(clients.submit(() -> ask(homing, asked)));
            }
            List<Got> all = new ArrayList<>();
            for (Future<Got> answer : answers) {
                all.add(answer.get());
            }
            return all;
        } finally {
            clients.shutdownNow();
        }
    }

    private static List<Asked> plan() {
        Random random = new Random(11);
        List<Asked> plan = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            String model = List.of("llama", "vllm", "silent").get(random.nextInt(3));
            List<String> paths = model.equals("llama")
                    ? List.of("/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/completion")
                    : List.of("/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages");
            String path = paths.get(random.nextInt(paths.size()));
            String usage = path.endsWith("/completions") && random.nextBoolean()
                    ? "\"stream_options\":{\"include_usage\":true},"
                    : "";
            int dice = random.nextInt(10);
            Manner manner = dice == 0 ? Manner.LEAVING : dice == 1 ? Manner.BROKEN : Manner.WHOLE;
            String stream = manner == Manner.LEAVING || random.nextBoolean() ? "\"stream\":true," + usage : "";
            plan.add(new Asked(model, path, stream, manner, "s" + random.nextInt(SESSIONS), random.nextInt(40)));
        }
        return plan;
    }

    private Got ask(RunningHoming homing, Asked asked) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(homing.clients().resolve(asked.path()))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("X-Session-Id", asked.session())
                .POST(BodyPublishers.ofString(asked.body()))
                .build();
        HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
        String received;
        try (InputStream body = response.body()) {
            received = asked.manner() == Manner.LEAVING ? beginning(body) : text(body.readAllBytes());
        }
        String backend = response.headers().firstValue("X-Homing-Backend").orElse("none");
        return new Got(asked, response.statusCode(), backend, ToldUsage.of(received));
    }

    /** A few events of an endless stream: its beginning, and some content. */
    private static String beginning(InputStream body) throws IOException {
        StringBuilder received = new StringBuilder();
        byte[] part = new byte[2_048];
        while (received.toString().split("\n\n", -1).length < 12) {
            int length = body.read(part);
            if (length < 0) {
                throw new AssertionError("the stream ended: " + received);
            }
            received.append(text(java.util.Arrays.copyOf(part, length)));
        }
        return received.toString();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String yaml(Replicas llamas, Replicas vllms, Replicas silent) {
        return """
                listen: 127.0.0.1:0
                admin: 127.0.0.1:0
                response_headers: true
                pools:
                  llama: {backends: [{id: llama-0, url: "%s"}, {id: llama-1, url: "%s"}]}
                  vllm: {backends: [{id: vllm-0, url: "%s"}, {id: vllm-1, url: "%s"}]}
                  silent: {backends: [{id: silent-0, url: "%s"}]}
                routes:
                  - {match: {model: vllm}, pool: vllm}
                  - {match: {model: silent}, pool: silent}
                  - {match: {path_prefix: /}, pool: llama}
                """.formatted(
                        llamas.engine(0).url(),
                        llamas.engine(1).url(),
                        vllms.engine(0).url(),
                        vllms.engine(1).url(),
                        silent.engine(0).url());
    }
}
