// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The image that users build, as they run it: two proxies with one Redis before three replicas, all with addresses of their own, and what befalls them. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class FleetIT {

    private static final int SESSIONS = 30;
    private static final int PASSERS = 10;
    private static final int TOKENS = 6;
    private static final long LIMIT_SECONDS = 120;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String SETTINGS = """
            affinity: {seed: of-this-fleet, share: "redis://redis:6379/0"}
            health: {interval: 500ms, timeout: 1s, passive: {failures: 3, window: 10s, eject_for: 2s}}
            timeouts: {connect: 1s, response_head: 10s, stream_idle: 5s}
            """;

    private static ContainerFleet fleet;

    @BeforeAll
    static void start() {
        fleet = new ContainerFleet(2, 3, SETTINGS);
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @Test
    void aSessionStaysWhereItIsWhicheverProxyItEntersBy() {
        List<Pair> sessions = sessions("either");

        for (int turn = 0; turn < 3; turn++) {
            all(sessions, Pair::throughBoth);
        }

        for (Pair session : sessions) {
            assertThat(session.failures()).isEmpty();
            assertThat(session.homes()).as(session.name()).hasSize(1);
        }
        mostlyPinned(sessions);
        assertThat(sessions.stream()
                        .flatMap(session -> session.homes().stream())
                        .distinct())
                .hasSize(3);
    }

    @Test
    void aKilledReplicasSessionsMoveOnceAndNobodyElseDoes() {
        List<Pair> sessions = sessions("killed");
        all(sessions, Pair::throughBoth);
        Passers passers = new Passers(new Chat(fleet.proxy(0).clients()));
        CompletableFuture<Void> passing = passers.run(PASSERS, TOKENS, TOKENS);

        fleet.replica(1).kill();
        all(sessions, Pair::throughBoth);
        all(sessions, Pair::throughBoth);
        passers.stop();
        passing.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();

        movedOnce(sessions, "gpu-1");
        assertThat(passers.failures()).allMatch(told -> told.backend().equals("gpu-1"));
        fleet.replica(1).start();
        healthy("gpu-1");
        all(sessions, Pair::throughBoth);
        movedOnce(sessions, "gpu-1");
    }

    @Test
    void aReplicaThatHangsIsLeftByItsSessions() {
        List<Pair> sessions = sessions("hung");
        all(sessions, Pair::throughBoth);

        fleet.replica(2).pause();
        try {
            down("gpu-2");
            all(sessions, Pair::throughBoth);
            movedOnce(sessions, "gpu-2");
        } finally {
            fleet.replica(2).goOn();
        }
        healthy("gpu-2");
        all(sessions, Pair::throughBoth);
        movedOnce(sessions, "gpu-2");
    }

    @Test
    void aReplicaThatIsCutOffIsLeftByItsSessionsAndTakesNewOnesWhenItIsBack() {
        List<Pair> sessions = sessions("cut-off");
        all(sessions, Pair::throughBoth);

        fleet.replica(0).disconnect();
        down("gpu-0");
        all(sessions, Pair::throughBoth);
        movedOnce(sessions, "gpu-0");
        fleet.replica(0).connect();
        healthy("gpu-0");

        List<Pair> newcomers = sessions("after");
        all(newcomers, Pair::throughBoth);
        assertThat(newcomers.stream()
                        .flatMap(session -> session.homes().stream())
                        .distinct())
                .contains("gpu-0");
    }

    @Test
    void withoutRedisNoRequestFailsAndWhenItReturnsTheProxiesAgreeAgain() {
        List<Pair> before = sessions("before");
        all(before, Pair::throughBoth);

        fleet.redis().kill();
        all(before, Pair::throughBoth);
        shared(false);
        List<Pair> during = sessions("during");
        all(during, Pair::throughBoth);
        fleet.redis().start();
        shared(true);

        List<Pair> after = sessions("later");
        for (List<Pair> sessions : List.of(before, during, after)) {
            all(sessions, Pair::throughBoth);
            all(sessions, Pair::throughBoth);
            assertThat(sessions)
                    .allSatisfy(session ->
                            assertThat(session.failures()).as(session.name()).isEmpty());
        }
        for (List<Pair> sessions : List.of(before, after)) {
            assertThat(sessions)
                    .allSatisfy(session ->
                            assertThat(session.homes()).as(session.name()).hasSize(1));
        }
        // Placed by each proxy on its own, which agree as long as nobody is busy, and by both together afterwards.
        assertThat(during)
                .allSatisfy(session ->
                        assertThat(session.lastHomes(2)).as(session.name()).hasSize(1));
    }

    @Test
    void whenAProxyDiesTheOtherKnowsItsSessionsAndItComesBackKnowingThem() {
        List<Pair> sessions = sessions("orphans");
        all(sessions, session -> session.through(0));

        fleet.proxy(0).kill();
        all(sessions, session -> session.through(1));
        fleet.proxy(0).start();
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> fleet.proxy(0).operator().get("/readyz").statusCode() == 200);
        List<Chat> chats = chats();
        all(sessions, session -> session.by(chats).through(0));

        for (Pair session : sessions) {
            assertThat(session.failures()).isEmpty();
            assertThat(session.homes()).as(session.name()).hasSize(1);
        }
        mostlyPinned(sessions);
    }

    /** A question to Redis that takes too long on a busy machine is not waited for: then a session is placed anew, at the same replica. */
    private static void mostlyPinned(List<Pair> sessions) {
        long later = sessions.stream()
                .flatMap(session -> session.decisions().skip(1))
                .count();
        assertThat(sessions.stream()
                        .flatMap(session -> session.decisions().skip(1))
                        .filter("pinned"::equals)
                        .count())
                .isGreaterThan(later * 3 / 4);
    }

    private static List<Pair> sessions(String name) {
        List<Chat> chats = chats();
        return IntStream.range(0, SESSIONS)
                .mapToObj(i -> new Pair(name + "-" + i, chats))
                .toList();
    }

    /** Each proxy's, at the port that it has now. */
    private static List<Chat> chats() {
        return proxies().map(proxy -> new Chat(proxy.clients())).toList();
    }

    private interface Turn {

        CompletableFuture<Void> of(Pair session);
    }

    private static void all(List<Pair> sessions, Turn turn) {
        CompletableFuture.allOf(sessions.stream().map(turn::of).toArray(CompletableFuture<?>[]::new))
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Each: sessions of the lost one are on another now, and the others where they were; what failed was cut by it. */
    private static void movedOnce(List<Pair> sessions, String lost) {
        assertThat(sessions).anyMatch(session -> session.first().equals(lost));
        for (Pair session : sessions) {
            assertThat(session.homes())
                    .as(session.name())
                    .hasSize(session.first().equals(lost) ? 2 : 1);
            assertThat(session.lastHomes(2)).as(session.name()).hasSize(1).doesNotContain(lost);
            assertThat(session.failures()).allMatch(told -> told.backend().equals(lost));
        }
    }

    private static void healthy(String id) {
        proxies().forEach(proxy -> proxy.operator().awaitHealthy(id, true));
    }

    private static void down(String id) {
        proxies().forEach(proxy -> proxy.operator().awaitHealthy(id, false));
    }

    private static void shared(boolean up) {
        proxies()
                .forEach(proxy -> Awaitility.await("share " + up)
                        .atMost(PATIENCE)
                        .until(() -> proxy.operator().metrics().count("homing_share_up") == (up ? 1 : 0)));
    }

    private static Stream<ContainerFleet.Member> proxies() {
        return Stream.of(fleet.proxy(0), fleet.proxy(1));
    }

    /** One session that enters by two proxies, each time with all that was said through that one. */
    private static final class Pair {

        private final String name;
        private final List<Conversation> ways = new CopyOnWriteArrayList<>();
        private final List<Chat.Told> answers = new CopyOnWriteArrayList<>();

        Pair(String name, List<Chat> chats) {
            this.name = name;
            by(chats);
        }

        /** From now on by these. */
        Pair by(List<Chat> chats) {
            chats.forEach(chat -> ways.add(new Conversation(chat, name)));
            return this;
        }

        String name() {
            return name;
        }

        CompletableFuture<Void> through(int proxy) {
            Conversation way = ways.get(ways.size() - 2 + proxy);
            int had = way.answers().size();
            return way.turns(1, TOKENS)
                    .thenRun(() -> way.answers().stream().skip(had).forEach(answers::add));
        }

        CompletableFuture<Void> throughBoth() {
            return through(0).thenCompose(done -> through(1));
        }

        List<Chat.Told> failures() {
            return ways.stream().flatMap(way -> way.failures().stream()).toList();
        }

        Set<String> homes() {
            return answers.stream().map(Chat.Told::backend).collect(Collectors.toCollection(TreeSet::new));
        }

        /** Of the last answers. */
        Set<String> lastHomes(int count) {
            return answers.stream()
                    .skip(Math.max(0, answers.size() - count))
                    .map(Chat.Told::backend)
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        String first() {
            return answers.get(0).backend();
        }

        Stream<String> decisions() {
            return answers.stream().map(Chat.Told::decision);
        }
    }
}
