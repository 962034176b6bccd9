// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

/**
 * A simulated backend: a cache of prefix blocks, one server that reads the uncached part of prompts one after the other in the order in which
 * they come, and streams that are generated side by side.
 */
final class Replica {

    /** 10,000 uncached tokens a second. */
    static final long PREFILL_NANOS_PER_TOKEN = 100_000;

    /** 50 tokens a second and stream. */
    static final long DECODE_NANOS_PER_TOKEN = 20_000_000;

    /** Streams beyond which each gets slower, in proportion. */
    static final int FULL_SPEED_STREAMS = 64;

    private final BlockCache cache;
    private final int blockTokens;
    private long prefillFree = Long.MIN_VALUE;
    private int inflight;

    Replica(BlockCache cache, int blockTokens) {
        this.cache = cache;
        this.blockTokens = blockTokens;
    }

    /**
     * What becomes of one request.
     *
     * @param cachedTokens of its prompt
     * @param firstToken when its prompt has been read, nanoseconds
     * @param done when its answer ends
     */
    record Admitted(long cachedTokens, long firstToken, long done) {}

    /** Takes a request in. Its blocks are in the cache from now on, and those that are in flight now decide how fast its answer will be. */
    Admitted admit(Call call, long now) {
        long cached = cachedTokens(call);
        cache.use(call.blocks());
        inflight++;
        prefillFree = Math.max(now, prefillFree) + readTime(call, cached);
        return new Admitted(cached, prefillFree, prefillFree + decodeTime(call));
    }

    /** How long that request would wait for its first token, nanoseconds. */
    long timeToFirstToken(Call call, long now) {
        return Math.max(now, prefillFree) - now + readTime(call, cachedTokens(call));
    }

    /** A request has left. */
    void leave() {
        inflight--;
    }

    /** Requests between their arrival and the end of their answer. */
    int inflight() {
        return inflight;
    }

    /** It is lost with everything it had. */
    void fail() {
        cache.clear();
        prefillFree = Long.MIN_VALUE;
        inflight = 0;
    }

    private long cachedTokens(Call call) {
        return Math.min(call.promptTokens(), (long) cache.leading(call.blocks()) * blockTokens);
    }

    private long decodeTime(Call call) {
        long alone = call.outputTokens() * DECODE_NANOS_PER_TOKEN;
        return inflight <= FULL_SPEED_STREAMS ? alone : alone / FULL_SPEED_STREAMS * inflight;
    }

    private static long readTime(Call call, long cachedTokens) {
        return Math.max(1, call.promptTokens() - cachedTokens) * PREFILL_NANOS_PER_TOKEN;
    }
}
