// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real Prometheus makes of a homing at work: of the form of its metrics, and of a replica that came back with nothing in its cache. */
@Tag("long")
class LiveScrapeTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root"));
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final int VICTIM = 1;
    private static final int SESSIONS = 24;
    private static final int TOKENS = 4;

    /** In place of the docs' five minutes. */
    private static final Duration WINDOW = Duration.ofSeconds(6);

    /** In which the last of what happened is scraped. */
    private static final Duration SCRAPED = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    @Test
    void promtoolHasNothingToSayOfTheMetricsOfAProxyAtWork() throws Exception {
        assumeTrue(Files.isExecutable(PROMTOOL), PROMTOOL + " is not there: the form of a scrape is not looked at");
        try (Replicas replicas = Replicas.start(3, Replicas.fast(EngineSettings.Kind.VLLM));
                RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            turns(conversations(homing), 2);

            Process promtool = new ProcessBuilder(PROMTOOL.toString(), "check", "metrics")
                    .redirectErrorStream(true)
                    .start();
            promtool.getOutputStream()
                    .write(new Operator(homing.operators())
                            .get("/metrics")
                            .body()
                            .getBytes(StandardCharsets.UTF_8));
            promtool.getOutputStream().close();

            assertThat(new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> line.contains("homing_")))
                    .isEmpty();
            assertThat(promtool.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aColdReplicaShowsInWhatTheDocsAsk() throws Exception {
        assumeTrue(
                Files.isExecutable(Prometheus.BINARY),
                Prometheus.BINARY + " is not there: what the docs ask is not asked");
        Path rules = ROOT.resolve("config/deploy/prometheus/homing.rules.yml");
        try (Replicas replicas = Replicas.start(3, Replicas.fast(EngineSettings.Kind.VLLM));
                RunningHoming homing = RunningHoming.start(replicas.yaml());
                Prometheus prometheus = Prometheus.scraping(homing.operators(), rules, folder)) {
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(prometheus::scrapes);
            List<Conversation> conversations = conversations(homing);
            turns(conversations, 4);
            Map<String, Double> warm = asked(prometheus, "Is a replica cold?");

            replicas.kill(VICTIM);
            replicas.restart(VICTIM);
            Thread.sleep(WINDOW.toMillis());
            turns(conversations, 1);

            Map<String, Double> shares = asked(prometheus, "Is a replica cold?");
            Map<String, Double> computed = asked(prometheus, "What does a cold replica cost?");
            System.out.printf("cached share before %s, after %s; computed a second %s%n", warm, shares, computed);
            String cold = Replicas.id(VICTIM);
            for (String warmer : List.of(Replicas.id(0), Replicas.id(2))) {
                assertThat(shares.get(cold)).isLessThan(shares.get(warmer) / 2);
                assertThat(computed.get(cold)).isGreaterThan(2 * computed.get(warmer));
            }
        }
    }

    /** What the docs ask under that question, over a window that a test can wait for. */
    private static Map<String, Double> asked(Prometheus prometheus, String question)
            throws IOException, InterruptedException {
        String docs = Files.readString(ROOT.resolve("docs/metrics.md"));
        Matcher promql = Pattern.compile(Pattern.quote(question) + "[^`]*```promql\n(.*?)```", Pattern.DOTALL)
                .matcher(docs);
        assertThat(promql.find()).as(question).isTrue();
        String asked = promql.group(1).replace("[5m]", "[" + WINDOW.toSeconds() + "s]");
        Thread.sleep(SCRAPED.toMillis());
        return prometheus.ask(asked, "backend");
    }

    private static List<Conversation> conversations(RunningHoming homing) {
        Chat chat = new Chat(homing.clients());
        return IntStream.range(0, SESSIONS)
                .mapToObj(i -> new Conversation(chat, "scraped-" + i))
                .toList();
    }

    private static void turns(List<Conversation> conversations, int count) throws Exception {
        CompletableFuture.allOf(conversations.stream()
                        .map(talk -> talk.turns(count, TOKENS))
                        .toArray(CompletableFuture<?>[]::new))
                .get(60, TimeUnit.SECONDS);
    }
}
