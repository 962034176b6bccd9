// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.config.PoolSettings;
import dev.homing.exchange.Generation;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.Glob;
import dev.homing.routing.Mix64;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RouteMatcher.Rule;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import dev.homing.wire.RawClient.Response;
import dev.homing.wire.RecordingOrigin.Script;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code GET /v1/models} over pools of one backend each: the first by a path, the second by a model, the others by a header. */
final class ModelListingTest extends WireCase {

    private static final String ASK = "GET /v1/models HTTP/1.1\r\nHost: h\r\n\r\n";
    private static final String UNAUTHORIZED = "{\"error\":\"Unauthorized\"}";

    private static Generation generation(List<InetSocketAddress> addresses, Configs... pools) {
        Generation one = pools[0].generation(addresses);
        SipHash hash = SipHash.ofSeed("homing");
        List<PoolSettings> settings = IntStream.range(0, addresses.size())
                .mapToObj(i -> pools[i % pools.length].settings())
                .toList();
        RouteMatcher routes = new RouteMatcher(IntStream.range(0, addresses.size())
                .mapToObj(i -> switch (i) {
                    case 0 -> new Rule(null, "/v1/embeddings", Map.of(), null, 0);
                    case 1 -> new Rule(null, null, Map.of(), new Glob("qwen*"), 1);
                    default -> new Rule(null, null, Map.of("x-pool", "p" + i), null, i);
                })
                .toList());
        return new Generation(
                one.config(),
                one.keys(),
                new RoutingTable(
                        IntStream.range(0, addresses.size())
                                .mapToObj(i -> pool(i, true))
                                .toList(),
                        routes),
                IntStream.range(0, addresses.size())
                        .mapToObj(i -> Generation.PoolSetup.of("p" + i, settings.get(i), hash))
                        .toList(),
                one.endpoints());
    }

    private static Pool pool(int slot, boolean healthy) {
        Backend backend = new Backend(slot, "b" + slot, Mix64.hashId("b" + slot), 1, BackendState.READY, healthy);
        return new Pool(slot, "p" + slot, List.of(backend), PlacementRules.RENDEZVOUS);
    }

    private static Generation withoutHealth(Generation generation, Integer... out) {
        List<Pool> pools = IntStream.range(0, generation.pools().size())
                .mapToObj(i -> pool(i, !List.of(out).contains(i)))
                .toList();
        return new Generation(
                generation.config(),
                generation.keys(),
                new RoutingTable(pools, generation.table().routes()),
                generation.pools(),
                generation.endpoints());
    }

    private PlaneUnderTest pools(RecordingOrigin... origins) {
        return opened(PlaneUnderTest.open(io, generation(addresses(origins), configs)));
    }

    private static List<InetSocketAddress> addresses(RecordingOrigin... origins) {
        return List.of(origins).stream().map(RecordingOrigin::address).toList();
    }

    private RecordingOrigin listing(String... ids) {
        return origin(Script.answering(list(ids)));
    }

    private static String list(String... ids) {
        return ok(data(ids));
    }

    private static String data(String... ids) {
        return "{\"object\":\"list\",\"data\":["
                + String.join(
                        ",",
                        List.of(ids).stream()
                                .map(id -> "{\"id\":\"" + id + "\"}")
                                .toList())
                + "]}";
    }

    private static String ok(String body) {
        return head("HTTP/1.1 200 OK", "Content-Type: application/json", "Content-Length: " + body.length()) + body;
    }

    private static String unauthorized() {
        return head("HTTP/1.1 401 Unauthorized", "WWW-Authenticate: Bearer", "Content-Length: " + UNAUTHORIZED.length())
                + UNAUTHORIZED;
    }

    /** Takes a request, and is silent until its connection ends. */
    private static Script silent() {
        return conversation -> {
            conversation.request();
            conversation.drain();
        };
    }

    @Test
    void theModelsOfAllPoolsAreOneList() throws Exception {
        PlaneUnderTest plane = pools(listing("embed", "both"), listing("qwen", "both"), listing("unreachable"));
        RawClient client = client(plane);

        for (int i = 0; i < 2; i++) {
            Response response = client.send(ASK).response();

            assertThat(response.head())
                    .isEqualTo(head("HTTP/1.1 200 OK", "content-type: application/json", "content-length: 69"));
            assertThat(response.body()).isEqualTo(data("embed", "both", "qwen"));
        }
        assertThat(client.send(ASK.replace("Host: h", "Host: h\r\nX-Pool: p2"))
                        .response()
                        .body())
                .isEqualTo(data("embed", "both", "qwen", "unreachable"));
        plane.awaitQuiet();
        assertThat(plane.observer().routed()).hasSize(7).containsOnly(Decision.NO_SESSION);
        assertThat(LoggedLines.told(plane, 3)).containsOnly("GET /v1/models 200 -");
        assertThat(LoggedLines.all(plane, 3).get(0).get("bytes_out").intValue()).isEqualTo(69);
    }

    /** The ids that begin here are 1, 2, 3... */
    @Test
    void aTracedListHasOneSpanWhichEveryPoolIsTold() throws Exception {
        RecordingOrigin one = listing("one");
        RecordingOrigin two = listing("two");
        PlaneUnderTest plane = pools(one, two);
        plane.observer().trace();

        client(plane).send(ASK).response();

        String told = "\r\ntraceparent: 00-00000000000000010000000000000002-0000000000000003-03\r\n";
        assertThat(one.conversation(0).received()).contains(told);
        assertThat(two.conversation(0).received()).contains(told);
        await().until(() -> !plane.observer().spans().isEmpty());
        plane.awaitQuiet();
        assertThat(plane.observer().spans())
                .singleElement()
                .extracting(span -> span.trace().span())
                .isEqualTo(3L);
    }

    @Test
    void anAnswerMayBeFramedInAnyWay() throws Exception {
        String two = data("two");
        RecordingOrigin chunked = origin(Script.answering(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
                + "5\r\n"
                + two.substring(0, 5) + "\r\n" + Integer.toHexString(two.length() - 5) + "\r\n" + two.substring(5)
                + "\r\n0\r\n\r\n"));
        RecordingOrigin untilClose = origin(Script.once("HTTP/1.0 200 OK\r\n\r\n" + data("three")));

        Response response = client(pools(listing("one"), chunked, untilClose))
                .send(ASK.replace("Host: h", "Host: h\r\nX-Pool: p2"))
                .response();

        assertThat(response.body()).isEqualTo(data("one", "two", "three"));
    }

    @Test
    void eachPoolIsAskedByItsOwnRules() throws Exception {
        RecordingOrigin one = listing("one");
        RecordingOrigin two = listing("two");
        Configs second = new Configs().authorization("Bearer pool");
        PlaneUnderTest plane = opened(PlaneUnderTest.open(io, generation(addresses(one, two), configs, second)));
        String tail = head(
                "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: h", "Via: 1.1 homing-test");

        client(plane)
                .send(head(
                        "GET /v1/models?x=1 HTTP/1.1",
                        "Host: h",
                        "Authorization: Bearer own",
                        "X-Session-Id: s",
                        "X-Conversation-Id: c",
                        "Accept-Encoding: gzip",
                        "If-None-Match: \"x\"",
                        "Range: bytes=0-1",
                        "X-Forwarded-For: 6.6.6.6",
                        "Connection: X-Hop",
                        "X-Hop: 1"))
                .response();

        assertThat(one.conversation(0).received())
                .isEqualTo("GET /v1/models?x=1 HTTP/1.1\r\nHost: 127.0.0.1:"
                        + one.address().getPort() + "\r\nAuthorization: Bearer own\r\nX-Session-Id: s\r\n"
                        + "accept-encoding: identity\r\n" + tail);
        assertThat(two.conversation(0).received())
                .isEqualTo("GET /v1/models?x=1 HTTP/1.1\r\nHost: 127.0.0.1:"
                        + two.address().getPort() + "\r\nX-Session-Id: s\r\naccept-encoding: identity\r\n"
                        + "Authorization: Bearer pool\r\n" + tail);
        assertThat(plane.sessions().sessions(0) + plane.sessions().sessions(1)).isZero();
    }

    @Test
    void aPoolThatIsOutIsLeftOut() throws Exception {
        RecordingOrigin one = listing("one");
        RecordingOrigin two = listing("two");
        PlaneUnderTest plane =
                opened(PlaneUnderTest.open(io, withoutHealth(generation(addresses(one, two), configs), 0)));

        assertThat(client(plane).send(ASK).response().body()).isEqualTo(data("two"));
        assertThat(one.connections()).isZero();
        assertThat(plane.observer().rejections()).isEmpty();
    }

    @Test
    void aPoolThatCannotBeReachedOrBreaksOrListsNothingIsLeftOut() throws Exception {
        RecordingOrigin good = listing("one");
        RecordingOrigin broken = origins(connection -> Script.once(head("HTTP/1.1 200 OK", "Content-Length: 9") + "{"));
        RecordingOrigin none = origin(Script.answering(ok("{\"models\":[]}")));
        RecordingOrigin refusing = origin(Script.answering(unauthorized()));

        for (InetSocketAddress other :
                List.of(RecordingOrigin.nowhere(), broken.address(), none.address(), refusing.address())) {
            PlaneUnderTest plane = opened(PlaneUnderTest.open(io, generation(List.of(other, good.address()), configs)));

            assertThat(client(plane).send(ASK).response().body()).isEqualTo(data("one"));
        }
    }

    @Test
    void whenAllPoolsAreOutThereIsNothingToList() throws Exception {
        RecordingOrigin one = listing("one");
        RecordingOrigin two = listing("two");
        Generation generation = generation(addresses(one, two), configs);
        PlaneUnderTest plane = opened(PlaneUnderTest.open(io, withoutHealth(generation, 0, 1)));
        InetSocketAddress nowhere = RecordingOrigin.nowhere();
        PlaneUnderTest unreachable = opened(PlaneUnderTest.open(io, generation(List.of(nowhere, nowhere), configs)));

        for (PlaneUnderTest out : List.of(plane, unreachable)) {
            Response response = client(out).send(ASK).response();

            assertThat(response.status()).isEqualTo(503);
            assertThat(response.header("Retry-After")).isNotNull();
            assertThat(response.body()).contains("\"code\":\"no_backend\"", "no healthy backend in pool p0, p1");
            assertThat(out.observer().rejections()).containsExactly("no_backend");
            assertThat(LoggedLines.told(out, 1)).containsExactly("GET /v1/models 503 no_backend");
        }
    }

    @Test
    void whatABackendSaysInsteadIsToldWhenNobodyListsAnything() throws Exception {
        configs.responseHeaders();
        RecordingOrigin refusing = origin(Script.answering(unauthorized()));
        PlaneUnderTest plane = opened(
                PlaneUnderTest.open(io, generation(List.of(RecordingOrigin.nowhere(), refusing.address()), configs)));
        RawClient client = client(plane);

        for (int i = 0; i < 2; i++) {
            Response response = client.send(ASK).response();

            assertThat(response.status()).isEqualTo(401);
            assertThat(response.header("WWW-Authenticate")).isEqualTo("Bearer");
            assertThat(response.header("X-Homing-Backend")).isEqualTo("b1");
            assertThat(response.body()).isEqualTo(UNAUTHORIZED);
        }
    }

    @Test
    void aPoolThatIsSilentIsNotWaitedForLongerThanAProbe() throws Exception {
        configs.healthTimeout(Duration.ofMillis(200));
        RecordingOrigin silent = origin(silent());
        PlaneUnderTest plane = pools(silent, listing("two"));

        assertThat(client(plane).send(ASK).response().body()).isEqualTo(data("two"));
        assertThat(silent.conversation(0).isOver(10_000)).isTrue();
        assertThat(plane.outcomes())
                .as("nothing that counts against its health")
                .isEmpty();
    }

    @Test
    void anAnswerThatIsTooLargeIsLeftOut() throws Exception {
        configs.healthTimeout(Duration.ofMinutes(1));
        String filler = "x".repeat(100_000);
        RecordingOrigin endless = origin(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK", "Content-Type: application/json") + "{\"data\":[],\"x\":\"");
            for (int i = 0; i < 10_000; i++) {
                conversation.send(filler);
            }
        });
        RecordingOrigin large =
                origin(Script.once(ok("{\"data\":[{\"id\":\"large\"}],\"x\":\"" + "x".repeat(1 << 20) + "\"}")));

        for (RecordingOrigin other : List.of(endless, large)) {
            assertThat(client(pools(other, listing("two"))).send(ASK).response().body())
                    .isEqualTo(data("two"));
        }
        assertThat(endless.conversation(0).isOver(10_000)).isTrue();
    }

    @Test
    void oneReachablePoolAnswersForItself() throws Exception {
        RecordingOrigin one = origin(Script.answering(ok("[\"as it is\"]")));
        PlaneUnderTest plane = pools(one);
        RawClient client = client(plane);

        Response response = client.send(ASK.replace("Host: h", "Host: h\r\nX-Session-Id: s\r\nAccept-Encoding: gzip"))
                .response();

        assertThat(response.body()).isEqualTo("[\"as it is\"]");
        assertThat(one.conversation(0).received()).contains("Accept-Encoding: gzip\r\n");
        assertThat(plane.observer().routed()).containsExactly(Decision.PLACED);
    }

    @Test
    void otherQuestionsGoWhereTheirRoutesLead() throws Exception {
        RawClient client = client(pools(listing("one"), listing("two"), listing("three")));
        String toThird = "Host: h\r\nX-Pool: p2\r\n\r\n";

        for (String line : List.of("POST /v1/models", "GET /v1/models/qwen", "GET /models")) {
            assertThat(client.send(line + " HTTP/1.1\r\n" + toThird).response().body())
                    .isEqualTo(data("three"));
            assertThat(client.send(line + " HTTP/1.1\r\nHost: h\r\n\r\n")
                            .response()
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void whatIsDeniedOrGoesInCirclesOrNowhereIsRefused() throws Exception {
        PlaneUnderTest plane = pools(listing("one"), listing("two"));
        Generation routed = generation(List.of(), configs);

        assertThat(status(plane, ASK.replace("Host: h", "Host: h\r\nVia: 1.1 homing-test")))
                .isEqualTo(508);
        plane.publish(routed);
        assertThat(status(plane, ASK)).isEqualTo(404);
        configs.denied("/v1/models");
        plane.publish(generation(List.of(RecordingOrigin.nowhere(), RecordingOrigin.nowhere()), configs));
        assertThat(status(plane, ASK)).isEqualTo(404);
        assertThat(plane.observer().routed()).isEmpty();
    }

    @Test
    void aClientThatLeavesTakesAllQuestionsWithIt() throws Exception {
        RecordingOrigin one = origin(silent());
        RecordingOrigin two = origin(silent());
        PlaneUnderTest plane = pools(one, two);
        RawClient client = client(plane);
        client.send(ASK);
        await().until(() -> plane.inflight(0) + plane.inflight(1) == 2);
        one.conversation(0);
        two.conversation(0);

        client.close();

        assertThat(one.conversation(0).isOver(10_000)).isTrue();
        assertThat(two.conversation(0).isOver(10_000)).isTrue();
        plane.awaitQuiet();
    }

    @Test
    void aBodyIsNotSentOnAndTheNextRequestIsAnswered() throws Exception {
        RecordingOrigin one = listing("one");
        RawClient client = client(pools(one, listing("two")));
        String question = ASK.replace("Host: h", "Host: h\r\nContent-Length: 5") + "hello";

        client.send(question + question);

        assertThat(client.response().body()).isEqualTo(data("one", "two"));
        assertThat(client.response().body()).isEqualTo(data("one", "two"));
        assertThat(one.conversation(0).received()).doesNotContain("hello").doesNotContainIgnoringCase("content-length");
    }

    @Test
    void aBodyThatBreaksItsFramingIsRefused() throws Exception {
        RecordingOrigin one = origin(silent());
        PlaneUnderTest plane = pools(one, listing("two"));
        RawClient client = client(plane);

        client.send(ASK.replace("Host: h", "Host: h\r\nTransfer-Encoding: chunked") + "zz\r\n");

        assertThat(client.response().status()).isEqualTo(400);
        plane.awaitQuiet();
        assertThat(plane.observer().rejections()).containsExactly("malformed_request");
    }

    private int status(PlaneUnderTest plane, String request) throws Exception {
        return client(plane).send(request).response().status();
    }
}
