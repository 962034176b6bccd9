// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import dev.homing.demo.FakeEngine;
import dev.homing.wire.NameServer;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Replicas that a name server tells of come and go while conversations go on. */
@Tag("long")
class ScalingByDnsTest {

    private static final String NAME = "replicas.test.";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SESSIONS = 40;

    /** Long enough for a conversation to take place meanwhile: a few turns. */
    private static final String DRAIN = "2s";

    private final List<FakeEngine> engines = new ArrayList<>();
    private NameServer names;
    private RunningHoming homing;
    private Operator operator;
    private Chat chat;

    @BeforeEach
    void start() {
        names = NameServer.start();
        startEngines();
        tell(0, 1, 2);
        homing = RunningHoming.start("""
                listen: 127.0.0.1:0
                admin: 127.0.0.1:0
                response_headers: true
                health: {interval: 200ms, rise: 1}
                discovery: {dns: {refresh: 100ms, drain: %s, servers: ["%s"]}}
                backends:
                  - {id: gpu, url: "dns+http://%s:%d"}
                """.formatted(
                        DRAIN, names.text(), NAME, engines.get(0).address().getPort()));
        operator = new Operator(homing.operators());
        chat = new Chat(homing.clients());
    }

    @AfterEach
    void stop() {
        homing.close();
        engines.forEach(FakeEngine::close);
        names.close();
    }

    /** Five on one port of as many addresses of this machine. */
    private void startEngines() {
        EngineSettings settings =
                Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(50);
        for (int tries = 0; engines.size() < 5; tries++) {
            assertThat(tries).as("ports that are free on all addresses").isLessThan(20);
            try {
                int port = engines.isEmpty() ? 0 : engines.get(0).address().getPort();
                engines.add(FakeEngine.start(settings.at(new InetSocketAddress(host(engines.size()), port))));
            } catch (UncheckedIOException taken) {
                engines.forEach(FakeEngine::close);
                engines.clear();
            }
        }
    }

    private Talks talks(String name) {
        return new Talks(chat, name, SESSIONS, 30);
    }

    private static String host(int engine) {
        return "127.0.0." + (engine + 2);
    }

    private static String id(int engine) {
        return "gpu@" + host(engine);
    }

    private void tell(int... some) {
        names.addresses(
                NAME, 0, IntStream.of(some).mapToObj(ScalingByDnsTest::host).toArray(String[]::new));
    }

    private Set<String> listed() {
        Set<String> ids = new HashSet<>();
        operator.json("/api/backends")
                .forEach(backend -> ids.add(backend.path("id").asText()));
        return ids;
    }

    private void awaitBackends(int... some) {
        Set<String> wanted = new HashSet<>();
        IntStream.of(some).forEach(engine -> wanted.add(id(engine)));
        Awaitility.await().atMost(PATIENCE).until(() -> listed().equals(wanted));
        IntStream.of(some).forEach(engine -> operator.awaitHealthy(id(engine), true));
    }

    @Test
    void fromThreeToFiveToTwoUnderLoadMovesOnlyWhatMustAndLosesNothing() throws Exception {
        Talks first = talks("first");
        Passers passers = new Passers(chat);
        first.begin();
        CompletableFuture<Void> passing = passers.run(8, 60, 40);
        first.awaitTurns(2);
        Map<String, Set<String>> homes = first.homes();
        assertThat(homes.values()).allMatch(home -> home.size() == 1);

        tell(0, 1, 2, 3, 4);
        awaitBackends(0, 1, 2, 3, 4);
        Talks second = talks("second");
        second.begin();
        first.awaitTurns(2);
        second.awaitTurns(2);
        assertThat(first.homes()).as("scaling out moves nobody").isEqualTo(homes);
        assertThat(second.usedBackends()).as("new sessions use the new ones").contains(id(3), id(4));

        Map<String, Set<String>> laterHomes = second.homes();
        tell(1, 3);
        awaitBackends(1, 3);
        for (int gone : new int[] {0, 2, 4}) {
            Awaitility.await()
                    .during(Duration.ofMillis(500)) // who was sent there before may still be on the way
                    .atMost(PATIENCE)
                    .until(() -> engines.get(gone).stats().load().active() == 0);
            assertThat(engines.get(gone).stats().requests().cancelled().total())
                    .as("streams that were cut on %s", id(gone))
                    .isZero();
            engines.get(gone).kill();
        }
        first.awaitTurns(2);
        second.awaitTurns(2);
        passers.stop();
        first.end();
        second.end();
        passing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(first.failures()).isEmpty();
        assertThat(second.failures()).isEmpty();
        assertThat(passers.failures()).isEmpty();
        homes.putAll(laterHomes);
        Map<String, Set<String>> ever = first.homes();
        ever.putAll(second.homes());
        ever.forEach((session, backends) -> {
            String home = homes.get(session).iterator().next();
            if (home.equals(id(1)) || home.equals(id(3))) {
                assertThat(backends).as("%s, whose replica stayed", session).containsExactly(home);
            } else {
                assertThat(backends)
                        .as("%s, whose replica left", session)
                        .hasSize(2)
                        .contains(home);
            }
        });
        assertThat(operator.metrics().count("homing_backend_up")).isEqualTo(2);
    }

    @Test
    void aReplicaThatComesBackKeepsItsSessions() throws Exception {
        Talks talks = talks("talk");
        talks.begin();
        talks.awaitTurns(1);
        Map<String, Set<String>> homes = talks.homes();

        tell(0, 1);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> operator.backend(id(2)).path("state").asText().equals("drain"));
        assertThat(operator.backend(id(2)).path("reason").asText()).isEqualTo("left its name");
        tell(2, 1, 0);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> operator.backend(id(2)).path("state").asText().equals("ready"));
        talks.awaitTurns(2);
        talks.end();

        assertThat(talks.failures()).isEmpty();
        assertThat(talks.homes()).isEqualTo(homes);
    }

    @Test
    void aNameServerThatBreaksOrForgetsTakesNobodyAway() throws Exception {
        awaitBackends(0, 1, 2);

        names.breaks(NAME, DnsResponseCode.SERVFAIL);
        awaitFailures(4);
        names.forget(NAME);
        awaitFailures(8);

        assertThat(listed()).containsExactlyInAnyOrder(id(0), id(1), id(2));
        assertThat(chat.ask(Chat.Question.alone("hello", 1))
                        .get(20, TimeUnit.SECONDS)
                        .problem())
                .isEmpty();
        assertThat(operator.get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void aNameThatNobodyKnowsYetIsShownAndWaitedFor() {
        names.forget("later.test.");
        try (RunningHoming waiting = RunningHoming.start(
                """
                listen: 127.0.0.1:0
                admin: 127.0.0.1:0
                discovery: {dns: {refresh: 100ms, servers: ["%s"]}}
                backends:
                  - {id: gpu, url: "dns+http://later.test.:%d"}
                """.formatted(names.text(), engines.get(0).address().getPort()))) {
            Operator asks = new Operator(waiting.operators());
            assertThat(asks.backend("gpu").path("healthy").asBoolean()).isFalse();
            assertThat(asks.backend("gpu").path("reason").asText())
                    .isEqualTo("later.test.: there is no such name, or it has no address");
            assertThat(asks.get("/readyz").statusCode()).isEqualTo(503);

            names.addresses("later.test.", 0, host(0));

            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> asks.json("/api/backends")
                            .get(0)
                            .path("id")
                            .asText()
                            .equals(id(0)));
            asks.awaitHealthy(id(0), true);
            assertThat(asks.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(asks.json("/api/backends")).hasSize(1);
        }
    }

    @Test
    void aTargetOfSrvRecordsKeepsItsSessionsAtAnotherAddress() throws Exception {
        int port = engines.get(0).address().getPort();
        names.services(
                "_http._tcp.set.test.", 0, "0 50 " + port + " pod-0.set.test.", "0 50 " + port + " pod-1.set.test.");
        names.addresses("pod-0.set.test.", 0, host(0));
        names.addresses("pod-1.set.test.", 0, host(1));
        try (RunningHoming set = RunningHoming.start("""
                listen: 127.0.0.1:0
                admin: 127.0.0.1:0
                response_headers: true
                health: {interval: 100ms, rise: 1}
                discovery: {dns: {refresh: 100ms, servers: ["%s"]}}
                backends:
                  - {id: gpu, url: "dns+http://_http._tcp.set.test."}
                """.formatted(names.text()))) {
            Operator asks = new Operator(set.operators());
            Chat clients = new Chat(set.clients());
            String pod = "gpu@pod-0.set.test:" + port;
            asks.awaitHealthy(pod, true);
            String session = sessionOf(clients, pod);
            String elsewhere = engines.get(4).url().toString();

            names.addresses("pod-0.set.test.", 0, host(4));
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> asks.backend(pod).path("url").asText().equals(elsewhere));
            engines.get(0).kill();
            Chat.Told told = clients.ask(new Chat.Question(session, List.of(), "again", 1))
                    .get(20, TimeUnit.SECONDS);

            assertThat(told.problem()).isEmpty();
            assertThat(told.decision()).isEqualTo("pinned");
            assertThat(told.backend()).isEqualTo(pod);
            assertThat(engines.get(4).stats().sessions()).containsKey(session);
        }
    }

    /** A session that was placed on that backend. */
    private static String sessionOf(Chat clients, String backend) throws Exception {
        for (int i = 0; i < 50; i++) {
            Chat.Told told = clients.ask(new Chat.Question("pod-session-" + i, List.of(), "hello", 1))
                    .get(20, TimeUnit.SECONDS);
            if (told.backend().equals(backend)) {
                return told.question().session();
            }
        }
        throw new AssertionError("no session of 50 was placed on " + backend);
    }

    private void awaitFailures(int count) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> operator.metrics().count("homing_discovery_lookups_total", "backend=gpu", "result=failure")
                        >= count);
    }
}
