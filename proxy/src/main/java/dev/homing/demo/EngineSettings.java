// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** What one demo replica is: where it listens, how it talks, and the machine it pretends to be. Immutable; the withers make variants. */
public record EngineSettings(
        Kind kind, InetSocketAddress listen, String model, Capacity capacity, Speed speed, Behaviour behaviour) {

    /** The server that is imitated. */
    public enum Kind {
        LLAMA_SERVER,
        VLLM
    }

    /**
     * How much fits into it.
     *
     * @param slots requests worked on at once, {@code > 0}; others wait, first come first served, without limit
     * @param cacheTokens tokens that the prefix cache holds, {@code >= 0}
     * @param contextTokens the longest prompt with its answer, {@code > 0}
     */
    public record Capacity(int slots, long cacheTokens, int contextTokens) {
        public Capacity {
            require(slots > 0, "slots", slots, "> 0");
            require(cacheTokens >= 0, "cache tokens", cacheTokens, ">= 0");
            require(contextTokens > 0, "context tokens", contextTokens, "> 0");
        }
    }

    /**
     * How fast it works, both in tokens a second, {@code > 0}.
     *
     * @param prefill uncached prompt tokens of one request after the other, first come first served
     * @param decode generated tokens of each stream
     */
    public record Speed(double prefill, double decode) {
        public Speed {
            require(prefill > 0, "prefill tokens a second", prefill, "> 0");
            require(decode > 0, "decode tokens a second", decode, "> 0");
        }
    }

    /**
     * Its manners.
     *
     * @param loadTime how long the model takes to load: 503 from a llama-server, a refused connection from vLLM
     * @param disconnectPoll how often a llama-server looks whether a silent client is still there; vLLM knows at once
     * @param idle how long a connection is kept between requests
     * @param requestsPerConnection a llama-server closes after this many; 0 = no limit
     * @param cacheReport vLLM: {@code --enable-prompt-tokens-details}
     * @param answerTokens length of an answer whose request sets no limit, {@code > 0}
     */
    public record Behaviour(
            Duration loadTime,
            Duration disconnectPoll,
            Duration idle,
            int requestsPerConnection,
            boolean cacheReport,
            int answerTokens) {
        public Behaviour {
            require(answerTokens > 0, "answer tokens", answerTokens, "> 0");
            require(requestsPerConnection >= 0, "requests per connection", requestsPerConnection, ">= 0");
        }
    }

    /**
     * A llama-server with its own defaults, 4 slots and an 8 GiB RAM cache, and an 8B model (32 layers, 8 KV heads of 128, 16 bit: 128
     * KiB a token, so 65,536 tokens in that cache). The speeds are assumed: prefill as llama-server was measured to do with such a model
     * at 4 bit on an RTX 3090, decode half of what a stream has there alone, since up to four share it. Listens on a free loopback port.
     */
    public static EngineSettings llamaServer() {
        return new EngineSettings(
                Kind.LLAMA_SERVER,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "demo-8b",
                new Capacity(4, 65_536, 65_536),
                new Speed(3_000, 60),
                new Behaviour(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(5), 100, true, 48));
    }

    /** A vLLM with its own defaults and the same model on a larger GPU: 256 sequences, 262,144 tokens of KV blocks. */
    public static EngineSettings vllm() {
        return new EngineSettings(
                Kind.VLLM,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "demo-8b",
                new Capacity(256, 262_144, 131_072),
                new Speed(10_000, 50),
                new Behaviour(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(5), 0, true, 48));
    }

    public EngineSettings at(InetSocketAddress address) {
        return new EngineSettings(kind, address, model, capacity, speed, behaviour);
    }

    public EngineSettings named(String modelName) {
        return new EngineSettings(kind, listen, modelName, capacity, speed, behaviour);
    }

    public EngineSettings with(Capacity other) {
        return new EngineSettings(kind, listen, model, other, speed, behaviour);
    }

    public EngineSettings with(Speed other) {
        return new EngineSettings(kind, listen, model, capacity, other, behaviour);
    }

    public EngineSettings with(Behaviour other) {
        return new EngineSettings(kind, listen, model, capacity, speed, other);
    }

    public EngineSettings slots(int slots) {
        return with(new Capacity(slots, capacity.cacheTokens(), capacity.contextTokens()));
    }

    public EngineSettings cacheTokens(long tokens) {
        return with(new Capacity(capacity.slots(), tokens, capacity.contextTokens()));
    }

    public EngineSettings contextTokens(int tokens) {
        return with(new Capacity(capacity.slots(), capacity.cacheTokens(), tokens));
    }

    public EngineSettings prefill(double tokensPerSecond) {
        return with(new Speed(tokensPerSecond, speed.decode()));
    }

    public EngineSettings decode(double tokensPerSecond) {
        return with(new Speed(speed.prefill(), tokensPerSecond));
    }

    public EngineSettings loadTime(Duration time) {
        Behaviour b = behaviour;
        return with(
                new Behaviour(time, b.disconnectPoll, b.idle, b.requestsPerConnection, b.cacheReport, b.answerTokens));
    }

    public EngineSettings disconnectPoll(Duration period) {
        Behaviour b = behaviour;
        return with(new Behaviour(b.loadTime, period, b.idle, b.requestsPerConnection, b.cacheReport, b.answerTokens));
    }

    public EngineSettings idle(Duration time) {
        Behaviour b = behaviour;
        return with(new Behaviour(
                b.loadTime, b.disconnectPoll, time, b.requestsPerConnection, b.cacheReport, b.answerTokens));
    }

    public EngineSettings cacheReport(boolean on) {
        Behaviour b = behaviour;
        return with(new Behaviour(b.loadTime, b.disconnectPoll, b.idle, b.requestsPerConnection, on, b.answerTokens));
    }

    private static void require(boolean holds, String what, Number value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(what + ": " + value + " (expected: " + rule + ")");
        }
    }
}
