// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.metering.Usage;
import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.RetryReason;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Timing;
import dev.homing.observe.RequestSummary.Tokens;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SessionKey;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyMetersTest {

    private static final PlacementRules RULES = PlacementRules.RENDEZVOUS;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicLong evictions = new AtomicLong();
    private final ProxyMeters meters = new ProxyMeters(
            registry,
            new Readings(
                    slot -> slot * 10L,
                    slot -> slot + 5L,
                    new Readings.Queued(slot -> slot + 3L, pool -> pool + 11L),
                    slot -> slot + 7L,
                    evictions::get,
                    () -> evictions.get() * 2));

    private final Backend left = backend(0, "left", true);
    private final Backend right = backend(1, "right", false);
    private final Pool pool = new Pool(0, "default", List.of(left, right), RULES);

    @Test
    void thePageListsExactlyWhatIsThere() throws IOException {
        Map<String, String> listed = new TreeMap<>();
        Pattern row = Pattern.compile("^\\| `(homing_\\w+)` \\| (\\w+) \\|([^|]*)\\|", Pattern.MULTILINE);
        row.matcher(Files.readString(Path.of(System.getProperty("project.root"), "docs", "metrics.md")))
                .results()
                .forEach(match -> listed.put(match.group(1), match.group(2) + " " + words(match.group(3))));

        feedEverything();

        assertThat(scrapedNames()).isEqualTo(listed).hasSize(31);
    }

    @Test
    void whatOthersCountIsReadForAsLongAsTheMetersLast() {
        AtomicLong lost = new AtomicLong();
        meters.droppedLines(lost::get);
        WeakReference<Object> collected = new WeakReference<>(new Object());
        Awaitility.await().until(() -> {
            System.gc();
            return collected.get() == null;
        });

        lost.set(3);
        assertThat(value("homing_access_log_dropped_total")).isEqualTo(3);
    }

    @Test
    void everyHistogramHasItsMaximumAndNothingElseHas() {
        feedEverything();

        assertThat(registry.scrape().lines().filter(line -> line.matches("# TYPE homing_\\w+_max gauge")))
                .hasSize(4);
    }

    @Test
    void aBackendThatIsForgottenLeavesNoSeriesAndBeginsAnewWhenItComesBack() {
        feedEverything();
        meters.table(table(new Pool(0, "default", List.of(right), RULES)));
        assertThat(registry.scrape()).contains("backend=\"left\"");

        meters.forget("default", "left");

        assertThat(registry.scrape()).doesNotContain("backend=\"left\"").contains("backend=\"right\"");
        meters.finished(summary(left, Decision.PINNED, new Usage(290, 285, 2)));
        meters.forget("default", "left");
        meters.table(table(pool));
        meters.finished(summary(left, Decision.PINNED, new Usage(290, 285, 2)));
        assertThat(meters.promptTokens(0)).isEqualTo(290);
        assertThat(value("homing_completion_tokens_total{backend=\"left\",pool=\"default\"}"))
                .isEqualTo(2);
    }

    @Test
    void theProcessIsThereToo() {
        try (ProcessMeters process = new ProcessMeters(registry, "1.2.3", "abc")) {
            assertThat(process).isNotNull();
            assertThat(registry.scrape())
                    .contains("homing_build_info{commit=\"abc\",version=\"1.2.3\"} 1")
                    .contains("jvm_memory_used_bytes", "jvm_gc_", "jvm_threads_live_threads", "jvm_info")
                    .contains("process_cpu_usage", "process_files_open_files", "process_uptime_seconds");
        }
    }

    @Test
    void tokensAreCountedByTheNameOfTheKeyWhereThereIsOne() {
        meters.table(table(pool));

        meters.finished(summary(left, Decision.PINNED, new Usage(290, 285, 2)));
        meters.finished(billed("alice", left, Decision.PINNED, new Usage(100, 20, 4)));

        String labels = "{backend=\"left\",cached=\"true\",decision=\"pinned\",%spool=\"default\"}";
        assertThat(value("homing_prompt_tokens_total" + labels.formatted(""))).isEqualTo(285);
        assertThat(value("homing_prompt_tokens_total" + labels.formatted("key=\"alice\",")))
                .isEqualTo(20);
        assertThat(value("homing_completion_tokens_total{backend=\"left\",key=\"alice\",pool=\"default\"}"))
                .isEqualTo(4);
        assertThat(meters.promptTokens(0)).isEqualTo(390);
    }

    @Test
    void tokensAreCountedByDecisionAndCache() {
        meters.table(table(pool));

        meters.finished(summary(left, Decision.PINNED, new Usage(290, 285, 2)));
        meters.finished(summary(left, Decision.PINNED, new Usage(10, 0, 3)));
        meters.finished(summary(right, Decision.NO_SESSION, new Usage(100, 20, 4)));

        assertThat(
                        value(
                                "homing_prompt_tokens_total{backend=\"left\",cached=\"true\",decision=\"pinned\",pool=\"default\"}"))
                .isEqualTo(285);
        assertThat(
                        value(
                                "homing_prompt_tokens_total{backend=\"left\",cached=\"false\",decision=\"pinned\",pool=\"default\"}"))
                .isEqualTo(15);
        assertThat(
                        value(
                                "homing_prompt_tokens_total{backend=\"right\",cached=\"false\",decision=\"no_session\",pool=\"default\"}"))
                .isEqualTo(80);
        assertThat(value("homing_completion_tokens_total{backend=\"left\",pool=\"default\"}"))
                .isEqualTo(5);
        assertThat(value("homing_usage_missing_total{backend=\"left\",pool=\"default\"}"))
                .isZero();
        assertThat(List.of(
                        meters.promptTokens(0), meters.cachedTokens(0), meters.promptTokens(1), meters.cachedTokens(1)))
                .containsExactly(300L, 285L, 100L, 20L);
        assertThat(meters.promptTokens(2)).isZero();
    }

    @Test
    void aPromptWhoseCachedPartIsUnknownCountsAsUncachedAndAsMissing() {
        meters.table(table(pool));

        meters.finished(summary(left, Decision.PLACED, new Usage(290, Usage.UNKNOWN, 2)));

        assertThat(
                        value(
                                "homing_prompt_tokens_total{backend=\"left\",cached=\"false\",decision=\"placed\",pool=\"default\"}"))
                .isEqualTo(290);
        assertThat(
                        value(
                                "homing_prompt_tokens_total{backend=\"left\",cached=\"true\",decision=\"placed\",pool=\"default\"}"))
                .isZero();
        assertThat(value("homing_usage_missing_total{backend=\"left\",pool=\"default\"}"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 0"})
    void usageIsMissedOnlyWhereItWasExpected(boolean expected, double missing) {
        meters.table(table(pool));

        meters.finished(ended(left, Decision.PINNED, Ending.whole(200), new Timing(5, -1), new Tokens(expected, null)));

        assertThat(value("homing_usage_missing_total{backend=\"left\",pool=\"default\"}"))
                .isEqualTo(missing);
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, none",
        "100, false, 1xx",
        "199, false, 1xx",
        "200, false, 2xx",
        "299, false, 2xx",
        "302, false, 3xx",
        "429, false, 4xx",
        "503, false, 5xx",
        "999, false, 5xx",
        "0, true, client_gone",
        "200, true, client_gone"
    })
    void statusIsOneOfAClosedSet(int status, boolean clientGone, String label) {
        meters.table(table(pool));

        meters.finished(
                ended(left, Decision.PINNED, new Ending(status, clientGone, null), new Timing(5, -1), Tokens.NONE));

        assertThat(value("homing_requests_total{backend=\"left\",decision=\"pinned\",pool=\"default\",status=\"" + label
                        + "\"}"))
                .isEqualTo(1);
    }

    @Test
    void aRequestWithoutABackendIsCountedWithNone() {
        meters.finished(ended(null, Decision.UNROUTABLE, Ending.whole(503), new Timing(5, -1), Tokens.NONE));

        assertThat(
                        value(
                                "homing_requests_total{backend=\"none\",decision=\"unroutable\",pool=\"default\",status=\"5xx\"}"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "4999999, 0.005, 1",
        "5000000, 0.005, 1",
        "5000001, 0.005, 0",
        "900000000000, 900.0, 1",
        "900000000001, 900.0, 0"
    })
    void bucketsGoFromFiveMillisecondsToFifteenMinutes(long nanos, String bucket, double within) {
        meters.table(table(pool));

        meters.finished(ended(left, Decision.PINNED, Ending.whole(200), new Timing(nanos, nanos), Tokens.NONE));

        for (String name : List.of("homing_request_seconds", "homing_time_to_first_token_seconds")) {
            assertThat(value(name + "_bucket{decision=\"pinned\",pool=\"default\",le=\"" + bucket + "\"}"))
                    .isEqualTo(within);
            assertThat(value(name + "_count{decision=\"pinned\",pool=\"default\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aRequestWithoutContentHasNoTimeToItsFirstToken() {
        meters.table(table(pool));

        meters.finished(summary(left, Decision.PINNED, null));

        assertThat(registry.scrape()).doesNotContain("homing_time_to_first_token_seconds");
    }

    @Test
    void onlyRequestsThatHadToWaitHaveATimeInTheQueue() {
        meters.table(table(pool));
        assertThat(value("homing_queue_seconds_count{pool=\"default\"}")).isZero();

        meters.finished(summary(left, Decision.PINNED, null));
        meters.finished(ended(
                null,
                Decision.NO_SESSION,
                Ending.whole(503),
                new Timing(3_000_000_000L, -1, 2_000_000_000L, 0),
                Tokens.NONE));

        assertThat(value("homing_queue_seconds_count{pool=\"default\"}")).isEqualTo(1);
        assertThat(value("homing_queue_seconds_sum{pool=\"default\"}")).isEqualTo(2);
    }

    @Test
    void thoseWhoWaitForAnyBackendAreAGaugeOfThePoolAndGoWithIt() {
        meters.table(table(pool));
        assertThat(value("homing_queued{backend=\"any\",pool=\"default\"}")).isEqualTo(11);

        meters.table(table(new Pool(1, "other", List.of(left), RULES)));
        assertThat(value("homing_queued{backend=\"any\",pool=\"other\"}")).isEqualTo(12);
        assertThat(registry.scrape()).doesNotContain("homing_queued{backend=\"any\",pool=\"default\"}");
    }

    @Test
    void aBackendThatLeavesTakesItsGaugesAlongAndLeavesItsCounters() {
        meters.table(table(pool));
        meters.finished(summary(right, Decision.PINNED, new Usage(5, 1, 1)));
        assertThat(value("homing_backend_up{backend=\"left\",pool=\"default\"}"))
                .isEqualTo(1);
        assertThat(value("homing_backend_up{backend=\"right\",pool=\"default\"}"))
                .isZero();
        assertThat(value("homing_sessions{backend=\"right\",pool=\"default\"}")).isEqualTo(10);
        assertThat(value("homing_inflight{backend=\"right\",pool=\"default\"}")).isEqualTo(6);
        assertThat(value("homing_queued{backend=\"right\",pool=\"default\"}")).isEqualTo(4);

        meters.table(table(new Pool(0, "default", List.of(left), RULES)));
        // the last request to the one that left ends now
        meters.finished(summary(right, Decision.PINNED, new Usage(5, 1, 1)));

        assertThat(registry.scrape())
                .doesNotContain("homing_backend_up{backend=\"right\"")
                .doesNotContain("homing_sessions{backend=\"right\"")
                .doesNotContain("homing_inflight{backend=\"right\"")
                .doesNotContain("homing_queued{backend=\"right\"");
        assertThat(value("homing_backend_up{backend=\"left\",pool=\"default\"}"))
                .isEqualTo(1);
        assertThat(value("homing_completion_tokens_total{backend=\"right\",pool=\"default\"}"))
                .isEqualTo(2);
        assertThat(meters.promptTokens(1)).isEqualTo(10);
    }

    @Test
    void healthIsThatOfTheNewestTable() {
        meters.table(table(pool));
        meters.table(
                table(new Pool(0, "default", List.of(backend(0, "left", false), backend(1, "right", true)), RULES)));

        assertThat(value("homing_backend_up{backend=\"left\",pool=\"default\"}"))
                .isZero();
        assertThat(value("homing_backend_up{backend=\"right\",pool=\"default\"}"))
                .isEqualTo(1);
    }

    @Test
    void aSlotThatIsGivenToAnotherBackendCountsForThatOne() {
        meters.table(table(pool));
        Pool renamed = new Pool(0, "default", List.of(backend(0, "new", true)), RULES);

        meters.table(table(renamed));
        meters.finished(summary(renamed.backends().get(0), Decision.PINNED, new Usage(5, 1, 7)));

        assertThat(value("homing_completion_tokens_total{backend=\"new\",pool=\"default\"}"))
                .isEqualTo(7);
        assertThat(value("homing_completion_tokens_total{backend=\"left\",pool=\"default\"}"))
                .isZero();
        assertThat(value("homing_backend_up{backend=\"new\",pool=\"default\"}")).isEqualTo(1);
        assertThat(registry.scrape()).doesNotContain("homing_backend_up{backend=\"left\"");
    }

    @Test
    void theSameBackendInAnotherSlotKeepsItsGauges() {
        meters.table(table(pool));

        meters.table(table(new Pool(0, "default", List.of(backend(7, "left", true)), RULES)));

        assertThat(value("homing_sessions{backend=\"left\",pool=\"default\"}")).isEqualTo(70);
    }

    @Test
    void evictionsAreRead() {
        evictions.set(21);

        assertThat(value("homing_sticky_table_evictions_total{cause=\"size\"}")).isEqualTo(21);
        assertThat(value("homing_sticky_table_evictions_total{cause=\"expired\"}"))
                .isEqualTo(42);
    }

    @Test
    void aFailedReloadShowsUntilOneSucceeds() {
        assertThat(value("homing_config_last_reload_success")).isEqualTo(1);

        meters.reloaded(false);
        assertThat(value("homing_config_last_reload_success")).isZero();

        meters.reloaded(true);
        assertThat(value("homing_config_last_reload_success")).isEqualTo(1);
        assertThat(value("homing_config_reloads_total{result=\"failure\"}")).isEqualTo(1);
        assertThat(value("homing_config_reloads_total{result=\"success\"}")).isEqualTo(1);
    }

    @Test
    void connectionsComeAndGo() {
        meters.connection(Side.UPSTREAM, ConnectionState.IDLE, 1);
        meters.connection(Side.UPSTREAM, ConnectionState.IDLE, 1);
        meters.connection(Side.UPSTREAM, ConnectionState.IDLE, -1);

        assertThat(value("homing_connections{side=\"upstream\",state=\"idle\"}"))
                .isEqualTo(1);
        assertThat(value("homing_connections{side=\"client\",state=\"active\"}"))
                .isZero();
    }

    @Test
    void manyThreadsLoseNothing() throws InterruptedException {
        meters.table(table(pool));
        int threads = 4;
        int each = 5_000;
        ExecutorService loops = Executors.newFixedThreadPool(threads);
        CountDownLatch start = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            loops.execute(() -> {
                await(start);
                for (int n = 0; n < each; n++) {
                    meters.routed(pool, Decision.PINNED, "header:x-session-id");
                    meters.finished(summary(left, Decision.PINNED, new Usage(3, 2, 1)));
                }
            });
        }
        start.countDown();
        for (int n = 0; n < 200; n++) {
            meters.table(table(pool));
        }
        loops.shutdown();

        assertThat(loops.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        double all = threads * each;
        assertThat(value("homing_affinity_decisions_total{decision=\"pinned\",pool=\"default\"}"))
                .isEqualTo(all);
        assertThat(value("homing_session_key_total{pool=\"default\",source=\"header:x-session-id\"}"))
                .isEqualTo(all);
        assertThat(value("homing_completion_tokens_total{backend=\"left\",pool=\"default\"}"))
                .isEqualTo(all);
        assertThat(meters.promptTokens(0)).isEqualTo(3L * threads * each);
    }

    private void feedEverything() {
        meters.share(() -> true);
        meters.shareAsked("place", "agreed");
        meters.table(table(pool));
        meters.routed(pool, Decision.PLACED, "none");
        meters.sessionSuspected(pool);
        meters.sessionMoved(pool, new SessionKey(1), left, MoveReason.FAULT);
        meters.connected(pool, left, 1_000_000);
        meters.retried(pool, RetryReason.CONNECT);
        meters.clientAborted(pool, AbortPhase.PREFILL);
        meters.rejected("no_backend");
        meters.droppedLines(() -> 3);
        meters.droppedSpans(() -> 4);
        meters.transition("default", "left", Transition.UP, "probe");
        meters.lookedUp("default", "name", true);
        meters.finished(billed("alice", left, Decision.PLACED, new Usage(2, 1, 1)));

        new MeterCatalog(registry).buildInfo("1", "2");
    }

    /** Every homing metric of the scrape but the histograms' maxima: its type and its labels' names. */
    private Map<String, String> scrapedNames() {
        Map<String, String> names = new TreeMap<>();
        String scrape = registry.scrape();
        for (MatchResult type : Pattern.compile("# TYPE (homing_\\w+) (\\w+)")
                .matcher(scrape)
                .results()
                .toList()) {
            String name = type.group(1);
            if (!name.endsWith("_max")) {
                String sample = name + (type.group(2).equals("histogram") ? "_count" : "");
                names.put(name, type.group(2) + " " + labels(scrape, sample));
            }
        }
        return names;
    }

    private static Set<String> labels(String scrape, String sample) {
        TreeSet<String> labels = new TreeSet<>();
        scrape.lines()
                .filter(line -> line.startsWith(sample + "{"))
                .forEach(line -> Pattern.compile("[{,](\\w+)=\"")
                        .matcher(line)
                        .results()
                        .forEach(label -> labels.add(label.group(1))));
        return labels;
    }

    private static Set<String> words(String cell) {
        TreeSet<String> words =
                new TreeSet<>(Arrays.asList(cell.replaceAll("[`,]", " ").strip().split("\\s+")));
        words.remove("");
        return words;
    }

    private double value(String sample) {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(sample + " "))
                .findFirst()
                .map(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .orElseThrow(() -> new AssertionError(sample + " is not there:\n" + registry.scrape()));
    }

    private RequestSummary summary(Backend backend, Decision decision, @Nullable Usage usage) {
        return ended(backend, decision, Ending.whole(200), new Timing(7_000_000, -1), new Tokens(true, usage));
    }

    private RequestSummary ended(
            @Nullable Backend backend, Decision decision, Ending ending, Timing timing, Tokens tokens) {
        return new RequestSummary(
                RequestSummary.Origin.of(null),
                new RequestSummary.Route(pool, backend, decision),
                ending,
                timing,
                tokens,
                RequestSummary.Traffic.NONE);
    }

    /** A whole answer to a client that showed the key of that name. */
    private RequestSummary billed(String key, Backend backend, Decision decision, Usage usage) {
        return new RequestSummary(
                RequestSummary.Origin.of(key),
                new RequestSummary.Route(pool, backend, decision),
                Ending.whole(200),
                new Timing(5, 5),
                new Tokens(true, usage),
                RequestSummary.Traffic.NONE);
    }

    private static Backend backend(int slot, String id, boolean healthy) {
        return new Backend(slot, id, id.hashCode(), 1.0, BackendState.READY, healthy);
    }

    private static RoutingTable table(Pool pool) {
        return new RoutingTable(List.of(pool), new RouteMatcher(List.of()));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
