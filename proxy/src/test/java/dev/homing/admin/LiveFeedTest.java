// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.LogLines;
import dev.homing.config.Address;
import dev.homing.config.Secret;
import dev.homing.observe.PoolTotals;
import dev.homing.observe.TokenCount;
import dev.homing.observe.Totals;
import dev.homing.observe.Transition;
import dev.homing.observe.WaitCount;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code GET /api/live} over real connections, in a time that the tests make. */
class LiveFeedTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Totals.Member GPU = new Totals.Member("chat", "gpu-0");

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final FakeOperations operations = new FakeOperations();
    private final LiveFixture live = new LiveFixture(operations);
    private final AtomicReference<@Nullable Secret> token = new AtomicReference<>();
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        server = AdminServer.start(
                        group,
                        new Address("127.0.0.1", 0),
                        token::get,
                        operations,
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                        live.feed)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        server.close().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(group.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void aViewerIsToldEverythingAtOnceAndThenEachSecond() throws Exception {
        live.happenings.transition("chat", "gpu-0", Transition.DOWN, "probe", "probe: \"refused\"\nby it");
        try (EventStream viewer = open()) {
            assertThat(viewer.head.get(0)).isEqualTo("HTTP/1.1 200 OK");
            assertThat(viewer.head.stream().map(line -> line.toLowerCase(Locale.ROOT)))
                    .contains("content-type: text/event-stream", "cache-control: no-store", "connection: close")
                    .contains("x-content-type-options: nosniff");
            assertThat(viewer.next().name()).isEqualTo("hour");
            EventStream.Event first = viewer.next();
            assertThat(first.name()).isEqualTo("live");
            assertThat(first.data().at("/pools/0/pool").asText()).isEqualTo("chat");
            assertThat(first.data().at("/pools/0/queued").asLong()).isEqualTo(7);
            assertThat(first.data().at("/backends/0/id").asText()).isEqualTo("gpu-0");
            assertThat(first.data().at("/backends/0/slots").asInt()).isEqualTo(8);
            assertThat(first.data().at("/not_ready").isNull()).isTrue();
            assertThat(first.data().at("/moves").size()).isZero();
            assertThat(first.data().at("/transitions/0/why").asText()).isEqualTo("probe: \"refused\"\nby it");
            assertThat(first.data().at("/transitions/0/to").asText()).isEqualTo("down");

            operations.notReady = "no eligible backend in pool chat";
            tick(SECOND);

            EventStream.Event second = viewer.next();
            assertThat(second.name()).isEqualTo("live");
            assertThat(second.data().path("not_ready").asText()).isEqualTo("no eligible backend in pool chat");
            assertThat(second.data().path("at")).isNotEqualTo(first.data().path("at"));
        }
    }

    @Test
    void figuresAreOfTheLastMinuteAndTheLastHour() throws Exception {
        live.totals = totals(1_000, 100, Map.of(Decision.PLACED, 10L));
        for (int i = 0; i < 20; i++) {
            tick(Duration.ofSeconds(5));
        }
        live.totals = totals(1_200, 280, Map.of(Decision.PLACED, 10L, Decision.PINNED, 30L));

        try (EventStream viewer = open()) {
            EventStream.Event hour = viewer.next();
            JsonNode now = viewer.next().data();

            assertThat(now.at("/pools/0/minute/seconds").asDouble()).isEqualTo(60);
            assertThat(now.at("/pools/0/minute/cached_share").asDouble()).isEqualTo(0.9);
            assertThat(now.at("/pools/0/minute/requests_per_second").asDouble()).isEqualTo(0.5);
            assertThat(now.at("/pools/0/minute/decisions").toString()).isEqualTo("{\"pinned\":30}");
            assertThat(now.at("/pools/0/minute/first_token").isNull()).isTrue();
            assertThat(now.at("/pools/0/hour/seconds").asDouble()).isEqualTo(100);
            assertThat(now.at("/pools/0/hour/cached_share").asDouble()).isEqualTo(0.2333);
            assertThat(now.at("/pools/0/hour/decisions").toString()).isEqualTo("{\"pinned\":30,\"placed\":10}");
            assertThat(now.at("/backends/0/minute/prompt_tokens").asLong()).isEqualTo(200);
            assertThat(now.at("/backends/0/hour/cached_share").asDouble()).isEqualTo(0.2333);
            assertThat(hour.data().at("/bar_seconds").asInt()).isEqualTo(10);
            assertThat(hour.data().at("/pools/0/shares").toString())
                    .isEqualTo("[0.1,null,null,null,null,null,null,null,null,null]");
            assertThat(hour.data().at("/backends/0/shares").size()).isEqualTo(10);
        }
    }

    @Test
    void whatNobodyAskedForIsNullAndNotZero() throws Exception {
        try (EventStream viewer = open()) {
            assertThat(viewer.next().data().at("/pools/0/shares").size()).isZero();
            JsonNode now = viewer.next().data();

            for (String span : List.of("minute", "hour")) {
                assertThat(now.at("/pools/0/" + span + "/cached_share").isNull())
                        .isTrue();
                assertThat(now.at("/pools/0/" + span + "/first_token").isNull()).isTrue();
                assertThat(now.at("/pools/0/" + span + "/requests_per_second").asDouble(-1))
                        .isZero();
                assertThat(now.at("/backends/0/" + span + "/cached_share").isNull())
                        .isTrue();
            }
            assertThat(now.toString()).doesNotContain("NaN", "Infinity");
        }
    }

    @Test
    void chartsComeWithEachNewSampleOnly() throws Exception {
        try (EventStream viewer = open()) {
            assertThat(viewer.next().name() + viewer.next().name()).isEqualTo("hourlive");
            List<String> names = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                tick(SECOND);
                names.add(viewer.next().name());
                if (names.get(names.size() - 1).equals("hour")) {
                    names.add(viewer.next().name());
                }
            }
            assertThat(String.join(" ", names))
                    .isEqualTo("live live live live hour live live live live live hour live");
        }
    }

    @Test
    void nothingIsComputedWhileNobodyWatchesButTheSamples() throws Exception {
        for (int i = 0; i < 20; i++) {
            tick(SECOND);
        }
        assertThat(live.reads).hasValue(4);

        try (EventStream one = open();
                EventStream two = open();
                EventStream three = open()) {
            assertThat(live.reads)
                    .as("the second and the third are told what the first was")
                    .hasValue(5);
            tick(SECOND);
            for (EventStream viewer : List.of(one, two, three)) {
                assertThat(viewer.next().name()
                                + viewer.next().name()
                                + viewer.next().name())
                        .isEqualTo("hourlivelive");
            }
            assertThat(live.reads).hasValue(6);
        }
        awaitViewers(0);
        tick(SECOND);
        tick(SECOND);
        assertThat(live.reads).hasValue(6);
        operations.notReady = "a new one";
        try (EventStream next = open()) {
            next.next();
            assertThat(next.next().data().path("not_ready").asText()).isEqualTo("a new one");
        }
    }

    @Test
    void thereIsRoomForSoManyViewersAndForAnotherWhenOneLeaves() throws Exception {
        List<EventStream> viewers = new ArrayList<>();
        try {
            for (int i = 0; i < LiveFeed.MAX_VIEWERS; i++) {
                viewers.add(open());
            }
            awaitViewers(LiveFeed.MAX_VIEWERS);

            try (EventStream refused =
                    new EventStream(port(), "GET", "Host: localhost\r\nConnection: close\r\n").readHead()) {
                assertThat(refused.head.get(0)).isEqualTo("HTTP/1.1 503 Service Unavailable");
                assertThat(refused.head).anyMatch(line -> line.equalsIgnoreCase("retry-after: 10"));
                assertThat(AdminJson.read(refused.rest()).at("/error/message").asText())
                        .isEqualTo("viewers: 16 already (expected: at most that many)");
            }
            viewers.remove(0).close();
            awaitViewers(LiveFeed.MAX_VIEWERS - 1);

            viewers.add(open());
            assertThat(viewers.get(viewers.size() - 1).next().name()).isEqualTo("hour");
        } finally {
            for (EventStream viewer : viewers) {
                viewer.close();
            }
        }
        awaitViewers(0);
    }

    @Test
    void aViewerThatTakesNothingIsDroppedAndDisturbsNobody() throws Exception {
        for (int i = 0; i < 2_000; i++) {
            operations.backends.add(FakeOperations.backend("chat", "gpu-" + i + "x".repeat(200), BackendState.READY));
        }
        try (EventStream slow = open();
                EventStream other = open()) {
            other.next();
            other.next();
            awaitViewers(2);
            int ticks = 0;
            while (viewers() == 2) {
                tick(Duration.ofMillis(1));
                other.next();
                assertThat(++ticks).as("ticks until it is dropped").isLessThan(200);
            }
            assertThat(ticks).isGreaterThanOrEqualTo(LiveFeed.PATIENCE);
            tick(SECOND);
            assertThat(other.next().name()).isEqualTo("live");
            int most = ticks;
            assertThatThrownBy(() -> {
                        for (int i = 0; i < most; i++) {
                            slow.next();
                        }
                    })
                    .as("it was sent less than there was, and then the end")
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aNewTokenEndsWhatTheOldOneBegan() throws Exception {
        token.set(new Secret("old"));
        try (EventStream viewer =
                new EventStream(port(), "GET", "Host: x\r\nAuthorization: Bearer old\r\n").readHead()) {
            assertThat(viewer.head.get(0)).isEqualTo("HTTP/1.1 200 OK");
            token.set(new Secret("old"));
            tick(SECOND);
            assertThat(viewer.next().name()
                            + viewer.next().name()
                            + viewer.next().name())
                    .isEqualTo("hourlivelive");

            token.set(new Secret("new"));
            tick(SECOND);

            assertThat(viewer.rest()).isEmpty();
        }
        awaitViewers(0);
    }

    @ParameterizedTest
    @CsvSource({
        "'', Host: localhost, 200",
        "'', Host: evil.example, 403",
        "'', Origin: http://localhost, 200",
        "'', Origin: http://localhost:1, 403",
        "'', Origin: http://evil.example, 403",
        "'', Sec-Fetch-Site: same-origin, 200",
        "'', Sec-Fetch-Site: none, 200",
        "'', Sec-Fetch-Site: same-site, 403",
        "'', Sec-Fetch-Site: cross-site, 403",
        "secret, Host: localhost, 401",
        "secret, Authorization: Bearer wrong, 401",
        "secret, Authorization: Bearer secret, 200"
    })
    void itIsGuardedLikeTheRestOfTheApi(String wanted, String header, int status) throws Exception {
        token.set(wanted.isEmpty() ? null : new Secret(wanted));
        String headers = header + "\r\n" + (header.startsWith("Host") ? "" : "Host: localhost\r\n");
        try (EventStream viewer = new EventStream(port(), "GET", headers).readHead()) {
            assertThat(viewer.head.get(0)).startsWith("HTTP/1.1 " + status + " ");
        }
        awaitViewers(0);
    }

    @Test
    void headIsToldTheHeadersAndDoesNotWatch() throws Exception {
        try (EventStream head =
                new EventStream(port(), "HEAD", "Host: localhost\r\nConnection: close\r\n").readHead()) {
            assertThat(head.head.get(0)).isEqualTo("HTTP/1.1 200 OK");
            assertThat(head.head).anyMatch(line -> line.equalsIgnoreCase("content-type: text/event-stream"));
            assertThat(head.rest()).isEmpty();
        }
        assertThat(viewers()).isZero();
    }

    @Test
    void aViewerThatAsksForMoreIsClosed() throws Exception {
        try (EventStream viewer = open()) {
            awaitViewers(1);
            viewer.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");

            assertThat(viewer.rest()).contains("event: live").doesNotContain("HTTP/1.1");
        }
        awaitViewers(0);
    }

    @Test
    void aBugIsLoggedAndTheNextTickGoesOn() throws Exception {
        try (EventStream viewer = open();
                LogLines log = LogLines.open()) {
            assertThat(viewer.next().name() + viewer.next().name()).isEqualTo("hourlive");
            Totals good = live.totals;
            live.totals = null;
            tick(SECOND);
            assertThat(log.lines(Level.ERROR)).anyMatch(line -> line.contains("could not be told"));

            live.totals = good;
            tick(SECOND);

            assertThat(viewer.next().name()).isEqualTo("live");
        }
    }

    private static Totals totals(long prompt, long cached, Map<Decision, Long> decisions) {
        return new Totals(
                Map.of("chat", new PoolTotals(decisions, WaitCount.NONE)), Map.of(GPU, new TokenCount(prompt, cached)));
    }

    private EventStream open() throws IOException {
        return EventStream.open(port());
    }

    private int port() {
        return server.address().getPort();
    }

    private void tick(Duration later) throws Exception {
        live.pass(later);
        assertThat(group.submit(live.feed::tick).await(10, TimeUnit.SECONDS)).isTrue();
    }

    private int viewers() throws Exception {
        return group.submit(live.feed::viewers).get(10, TimeUnit.SECONDS);
    }

    private void awaitViewers(int count) {
        Awaitility.await(count + " viewers").atMost(Duration.ofSeconds(20)).until(() -> viewers() == count);
    }
}
