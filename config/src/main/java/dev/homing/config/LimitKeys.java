// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.time.Duration;
import java.util.List;

/** The keys of {@code timeouts} and {@code limits}. */
final class LimitKeys {

    static final Key<View, Duration> CONNECT = Key.pool(
            "timeouts.connect",
            Units.DURATION,
            Duration.ofSeconds(2),
            v -> v.settings().timeouts().upstream().connect(),
            "A connection to a backend, TLS included.",
            "Backends are far away, or TLS handshakes slow.");

    static final Key<View, Duration> REQUEST_HEAD = Key.top(
            "timeouts.request_head",
            Units.DURATION,
            Duration.ofSeconds(10),
            v -> v.settings().timeouts().client().requestHead(),
            "The client's request line and headers, from first byte to last.",
            "Clients on very slow lines get 408.");

    static final Key<View, Duration> REQUEST_BODY = Key.top(
            "timeouts.request_body",
            Units.DURATION,
            Duration.ofSeconds(30),
            v -> v.settings().timeouts().client().requestBody(),
            "Silence while a body is being sent.",
            "Clients pause while they send, such as those that make their body as they go.");

    static final Key<View, Duration> RESPONSE_HEAD = Key.pool(
            "timeouts.response_head",
            Units.DURATION,
            Duration.ofMinutes(15),
            v -> v.settings().timeouts().upstream().responseHead(),
            "From the end of a request to the head of its response: a long prefill, or a wait for a slot, is normal.",
            "Answers that are not streamed take longer than that; or prompts on a llama-server wait longer for a slot.");

    static final Key<View, Duration> STREAM_IDLE = Key.pool(
            "timeouts.stream_idle",
            Units.DURATION,
            Duration.ofMinutes(5),
            v -> v.settings().timeouts().upstream().streamIdle(),
            "Silence within a response, or in both directions of a WebSocket.",
            "A vLLM reads prompts for longer than that, since its head comes first; shorter to notice dead engines sooner.");

    static final Key<View, Duration> CLIENT_IDLE = Key.top(
            "timeouts.client_idle",
            Units.DURATION,
            Duration.ofSeconds(75),
            v -> v.settings().timeouts().client().idle(),
            "A client's connection between requests.",
            "Above the idle limit of what is in front, so that it is not homing that closes.");

    static final Key<View, Duration> UPSTREAM_IDLE = Key.pool(
            "timeouts.upstream_idle",
            Units.DURATION,
            Duration.ofSeconds(3),
            v -> v.settings().timeouts().upstream().idle(),
            "A pooled connection to a backend; keep it below the 5 s at which llama-server and vLLM close theirs.",
            "Below the keep-alive of your backends, or of a proxy in between, when that is not 5 s.");

    static final Key<View, Integer> REQUEST_LINE = Key.top(
            "limits.request_line",
            Units.size(64, 1 << 20),
            8 << 10,
            v -> v.settings().limits().requestLine(),
            "Method, target and version together; more is answered with 414.",
            "Clients put much into query strings.");

    static final Key<View, Integer> HEADER_BYTES = Key.top(
            "limits.header_bytes",
            Units.size(64, 16 << 20),
            32 << 10,
            v -> v.settings().limits().headerBytes(),
            "All headers of a request together; more is answered with 431.",
            "Large cookies or tokens; a llama-server takes 8 KiB a header whatever this says.");

    static final Key<View, Integer> HEADER_COUNT = Key.top(
            "limits.header_count",
            Numbers.from(1, 10_000),
            100,
            v -> v.settings().limits().headerCount(),
            "Headers of a request; more are answered with 431.",
            "Chains of proxies that each add headers.");

    static final Key<View, Long> BODY = Key.pool(
            "limits.body",
            Units.size(0L, 1L << 40),
            256L << 20,
            v -> v.settings().limits().body(),
            "A request's body; more is answered with 413.",
            "To what the engines take, or smaller against strangers; a llama-server takes 100 MB.");

    static final Key<View, Integer> PEEK = Key.pool(
            "limits.peek",
            Units.size(0, 1 << 30),
            1 << 20,
            v -> v.settings().limits().peek(),
            "How much of a body may be held, to read keys from it and to send it again.",
            "Histories are larger, and keys or system prompts stand behind them; or to bound memory, requests times this.");

    static final Key<View, Integer> CONNECTIONS = Key.top(
            "limits.connections",
            Numbers.from(0, 100_000_000),
            0,
            v -> v.settings().limits().connections(),
            "Client connections at once; 0 = as many as the open-file limit allows.",
            "To keep room for other processes; or where open files are not the bound.");

    static final List<Key<View, ?>> ALL = List.of(
            CONNECT,
            REQUEST_HEAD,
            REQUEST_BODY,
            RESPONSE_HEAD,
            STREAM_IDLE,
            CLIENT_IDLE,
            UPSTREAM_IDLE,
            REQUEST_LINE,
            HEADER_BYTES,
            HEADER_COUNT,
            BODY,
            PEEK,
            CONNECTIONS);

    private LimitKeys() {}

    static Timeouts timeouts(Values values) {
        return new Timeouts(
                new Timeouts.Client(values.of(REQUEST_HEAD), values.of(REQUEST_BODY), values.of(CLIENT_IDLE)),
                new Timeouts.Upstream(
                        values.of(CONNECT),
                        values.of(RESPONSE_HEAD),
                        values.of(STREAM_IDLE),
                        values.of(UPSTREAM_IDLE)));
    }

    static Limits limits(Values values) {
        return new Limits(
                values.of(REQUEST_LINE),
                values.of(HEADER_BYTES),
                values.of(HEADER_COUNT),
                values.of(BODY),
                values.of(PEEK),
                values.of(CONNECTIONS));
    }
}
