// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench;

import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.RequestHead;
import dev.homing.metering.Usage;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Origin;
import dev.homing.observe.RequestSummary.Route;
import dev.homing.observe.RequestSummary.Timing;
import dev.homing.observe.RequestSummary.Tokens;
import dev.homing.observe.RequestSummary.Traffic;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.Mix64;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.util.stream.IntStream;

/** What benchmarks are made on: a pool, and a request of an agent with all that is known of it when it has ended. */
public final class Samples {

    private Samples() {}

    /** That many healthy backends under the default rules, in slots from 0. */
    public static Pool pool(int backends) {
        return new Pool(
                0,
                "default",
                IntStream.range(0, backends).mapToObj(Samples::backend).toList(),
                PlacementRules.loadAware(16_384));
    }

    private static Backend backend(int slot) {
        String id = "gpu-" + slot;
        return new Backend(slot, id, Mix64.hashId(id), 1, BackendState.READY, true);
    }

    /** A turn of a conversation, before anything is read of its body. */
    public static HttpRequest request() {
        DefaultHttpRequest request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1/chat/completions?beta=true");
        request.headers()
                .set("Host", "homing.example:8080")
                .set("User-Agent", "opencode/1.0.1")
                .set("Content-Type", "application/json")
                .set("Content-Length", "98765")
                .set("Authorization", "Bearer " + "x".repeat(40))
                .set("X-Session-Id", "ses_4f1c2b7e9ffe3xYzAbCdEf")
                .set("X-Request-Id", "req_0123456789abcdef")
                .set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        return request;
    }

    /** The same as the data plane has it. */
    public static RequestHead head() {
        return RequestHead.of(request(), new ClientInfo(InetAddress.getLoopbackAddress(), "http"));
    }

    /** How that request ended, pinned to that backend. */
    public static RequestSummary summary(Pool pool, Backend backend) {
        return new RequestSummary(
                new Origin("alice", new SessionKey(0x0123456789abcdefL), "header:x-session-id"),
                new Route(pool, backend, Decision.PINNED),
                Ending.whole(200),
                new Timing(2_345_678_901L, 234_567_890L),
                new Tokens(true, new Usage(23_456, 23_000, 321)),
                new Traffic(98_765, 45_678, 0));
    }
}
