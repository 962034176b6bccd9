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
import dev.homing.wire.RecordingOrigin.Script;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Requests whose pool is a matter of the model that their body asks for. */
final class ModelRouteTest extends WireCase {

    private static final String JSON = "Content-Type: application/json";

    /** A pool of one backend for each of two models; what asks for neither is not routed, but for {@code /open}. */
    private PlaneUnderTest plane() {
        RecordingOrigin qwen = origin(Script.answering(OK.replace("ok", "qw")));
        RecordingOrigin llama = origin(Script.answering(OK.replace("ok", "ll")));
        return opened(PlaneUnderTest.open(io, generation(qwen, llama)));
    }

    private Generation generation(RecordingOrigin qwen, RecordingOrigin llama) {
        Generation one = configs.generation(List.of(qwen.address(), llama.address()));
        PoolSettings settings = configs.settings();
        SipHash hash = SipHash.ofSeed("homing");
        RouteMatcher routes = new RouteMatcher(List.of(
                new Rule(null, null, Map.of("x-pool", "llama"), null, 1),
                new Rule(null, null, Map.of(), new Glob("qwen*"), 0),
                new Rule(null, null, Map.of(), new Glob("llama-4"), 1),
                new Rule(null, "/open", Map.of(), null, 0)));
        return new Generation(
                one.config(),
                null,
                new RoutingTable(List.of(pool(0, "qwen"), pool(1, "llama")), routes),
                List.of(
                        Generation.PoolSetup.of("qwen", settings, hash),
                        Generation.PoolSetup.of("llama", settings, hash)),
                one.endpoints());
    }

    private static Pool pool(int slot, String name) {
        Backend backend = new Backend(slot, "b" + slot, Mix64.hashId("b" + slot), 1, BackendState.READY, true);
        return new Pool(slot, name, List.of(backend), PlacementRules.RENDEZVOUS);
    }

    @Test
    void theModelDecidesThePool() throws Exception {
        RawClient client = client(plane());

        assertThat(answer(client, post("/x", "{\"model\":\"qwen3-8b\",\"n\":1}")))
                .isEqualTo("qw");
        assertThat(answer(client, post("/x", "{\"n\":[{\"model\":\"qwen3\"}],\"model\":\"llama-4\"}")))
                .isEqualTo("ll");
        assertThat(answer(client, post("/open", "{\"model\":\"llama-4\"}"))).isEqualTo("ll");
    }

    @Test
    void aBodyThatAsksForNoModelMatchesNoSuchRoute() throws Exception {
        PlaneUnderTest plane = plane();
        RawClient client = client(plane);
        List<String> bodies = List.of("{\"model\":\"llama-40\"}", "{}", "{\"model\":[\"qwen3\"]}", "{\"model\":", "");

        for (String body : bodies) {
            assertThat(client.send(post("/x", body)).response().status()).isEqualTo(404);
            assertThat(answer(client, post("/open", body))).isEqualTo("qw");
        }

        assertThat(client.send(GET).response().status()).isEqualTo(404);
        assertThat(answer(client, "GET /open HTTP/1.1\r\nHost: h\r\n\r\n")).isEqualTo("qw");
        assertThat(plane.observer().rejections()).hasSize(bodies.size() + 1).containsOnly("not_found");
    }

    @Test
    void aRouteThatTheHeadMatchesIsNotHeldUp() throws Exception {
        PlaneUnderTest plane = plane();

        client(plane).send(post("/x", "{\"model\":\"qwen3\"}", "X-Pool: llama").replace("\r\n\r\n{", "\r\n\r\n"));

        await().until(() -> plane.observer().routed().size() == 1);
    }

    @Test
    void aPoolMayWantToKnowTheSessionAsWell() throws Exception {
        configs.bodyKeys("session_id");
        PlaneUnderTest plane = plane();
        RawClient client = client(plane);

        assertThat(answer(client, post("/x", "{\"model\":\"qwen3\",\"session_id\":\"s\"}")))
                .isEqualTo("qw");
        assertThat(answer(client, post("/x", "{\"session_id\":\"s\",\"model\":\"qwen3\"}")))
                .isEqualTo("qw");
        assertThat(answer(client, post("/x", "{\"session_id\":\"s\",\"model\":\"llama-4\"}")))
                .isEqualTo("ll");

        assertThat(plane.observer().keySources()).hasSize(3).containsOnly("body:session_id");
        assertThat(plane.observer().routed()).containsExactly(Decision.PLACED, Decision.PINNED, Decision.PLACED);
    }

    @Test
    void aBodyThatComesInPiecesIsReadOnceForEachQuestion() throws Exception {
        configs.bodyKeys("session_id");
        PlaneUnderTest plane = plane();
        RawClient client = client(plane);
        String request = post("/x", "{\"model\":\"llama-4\",\"x\":\"" + "y".repeat(5000) + "\",\"session_id\":\"s\"}");
        int body = request.indexOf("\r\n\r\n") + 4;

        client.send(request.substring(0, body));
        for (int at = body; at < request.length(); at += 700) {
            client.send(request.substring(at, Math.min(at + 700, request.length())));
        }

        assertThat(client.response().body()).isEqualTo("ll");
        assertThat(plane.observer().keySources()).containsExactly("body:session_id");
    }

    @Test
    void aModelBeyondThePeekIsNone() throws Exception {
        configs.peek(100);
        RawClient client = client(plane());

        assertThat(client.send(post("/x", "{\"x\":\"" + "y".repeat(100) + "\",\"model\":\"qwen3\"}"))
                        .response()
                        .status())
                .isEqualTo(404);
        assertThat(answer(client, post("/x", "{\"model\":\"qwen3\",\"x\":\"" + "y".repeat(100) + "\"}")))
                .isEqualTo("qw");
    }

    @Test
    void aBodyBeyondTheLimitOfItsPoolIsRefused() throws Exception {
        configs.body(40);
        RawClient client = client(plane());
        String request = "POST /x HTTP/1.1\r\nHost: h\r\n" + JSON + "\r\nTransfer-Encoding: chunked\r\n\r\n";

        client.send(request + "28\r\n{\"x\":\"" + "y".repeat(34) + "\r\n14\r\n\",\"model\":\"qwen3\"  }\r\n0\r\n\r\n");

        assertThat(client.response().status()).isEqualTo(413);
    }

    @Test
    void aClientThatLeavesBeforeItsPoolIsKnownLeavesNothing() throws Exception {
        PlaneUnderTest plane = plane();
        RawClient client = client(plane);
        client.send(post("/x", "{\"model\":").replace("Content-Length: 9", "Content-Length: 90"));
        assertThat(client.silentFor(100)).isTrue();

        client.close();

        plane.awaitQuiet();
        assertThat(plane.observer().routed()).isEmpty();
        assertThat(plane.observer().aborts()).isEmpty();
    }

    private static @Nullable String answer(RawClient client, String request) throws Exception {
        return client.send(request).response().body();
    }

    private static String post(String path, String body, String... headers) {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\n" + JSON + "\r\n" + more + "Content-Length: " + body.length()
                + "\r\n\r\n" + body;
    }
}
