// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The machine of a replica: slots, a prefix cache, one prefill at a time in order of arrival, and decoding at a fixed speed a stream.
 * Prefill and decode do not slow each other, and a batch is as fast as a single stream: the simplifications of the routing simulation
 * too. A prompt's blocks enter the cache when they have been read, generated tokens when the generation ends, both as far as it came.
 * Confined to its clock's thread.
 */
final class Engine {

    private static final double NANOS = 1e9;

    private final EngineSettings settings;
    private final EngineClock clock;
    private final Counters counters;
    private final PrefixCache cache;
    private final Deque<Generation> waiting = new ArrayDeque<>();
    private final Deque<Generation> prefills = new ArrayDeque<>();
    private final @Nullable Generation[] slots;
    private @Nullable Generation reading;
    private int active;

    Engine(EngineSettings settings, EngineClock clock, Counters counters) {
        this.settings = settings;
        this.clock = clock;
        this.counters = counters;
        this.cache = new PrefixCache(settings.capacity().cacheTokens());
        this.slots = new Generation[settings.capacity().slots()];
    }

    /** Takes the generation in; it starts now or when a slot is free. */
    void submit(Generation generation) {
        waiting.add(generation);
        startWaiting();
    }

    /** The client is gone: whatever it waits for or does ends now. Without effect on one that is over. */
    void cancel(Generation generation) {
        if (generation.over()) {
            return;
        }
        counters.cancelled(generation.phase);
        stopTimer(generation);
        switch (generation.phase) {
            case WAITING -> waiting.remove(generation);
            case PREFILL -> {
                prefills.remove(generation);
                if (reading == generation) {
                    reading = null;
                    generation.processed += (long) (elapsed(generation.prefillStarted)
                            * settings.speed().prefill());
                    keep(generation);
                }
                release(generation, Generation.Phase.CANCELLED);
                startPrefill();
            }
            default -> {
                keep(generation);
                release(generation, Generation.Phase.CANCELLED);
            }
        }
        generation.phase = Generation.Phase.CANCELLED;
    }

    /** Its listener can take tokens again. */
    void resume(Generation generation) {
        if (generation.paused) {
            generation.paused = false;
            decode(generation);
        }
    }

    /** Who works in each slot, null = idle. */
    List<@Nullable Generation> slots() {
        return Collections.unmodifiableList(Arrays.asList(slots));
    }

    int active() {
        return active;
    }

    int waiting() {
        return waiting.size();
    }

    PrefixCache cache() {
        return cache;
    }

    private void startWaiting() {
        while (active < settings.capacity().slots() && !waiting.isEmpty()) {
            Generation next = waiting.remove();
            active++;
            slots[freeSlot()] = next;
            next.phase = Generation.Phase.PREFILL;
            prefills.add(next);
            next.listener.slotTaken();
            startPrefill();
        }
    }

    private int freeSlot() {
        int slot = 0;
        while (slots[slot] != null) {
            slot++;
        }
        return slot;
    }

    private void startPrefill() {
        Generation next = prefills.peek();
        if (reading != null || next == null) {
            return;
        }
        prefills.remove();
        reading = next;
        next.prefillStarted = clock.now();
        long hit = (long) cache.match(next.prompt.chain()) * PromptHasher.BLOCK_TOKENS;
        next.cached = Math.max(0, Math.min(hit, wholeBlocksBelow(next.promptTokens)));
        next.processed = next.cached;
        counters.prompt(next.promptTokens, next.cached);
        next.listener.prefillStarted(next.cached);
        double seconds = (next.promptTokens - next.cached) / settings.speed().prefill();
        next.timer = clock.schedule(() -> prefilled(next), (long) (seconds * NANOS));
    }

    /** An engine evaluates at least the last token itself; a hit is whole blocks. */
    private static long wholeBlocksBelow(long tokens) {
        return (tokens - 1) / PromptHasher.BLOCK_TOKENS * PromptHasher.BLOCK_TOKENS;
    }

    private void prefilled(Generation generation) {
        reading = null;
        generation.processed = generation.promptTokens;
        keep(generation);
        generation.phase = Generation.Phase.DECODE;
        generation.decodeStarted = clock.now();
        counters.prefilled(elapsed(generation.prefillStarted));
        startPrefill();
        decode(generation);
    }

    /** Delivers every token that is due, then sleeps until the next one is. */
    private void decode(Generation generation) {
        double interval = NANOS / settings.speed().decode();
        while (generation.phase == Generation.Phase.DECODE) {
            long due = generation.decodeStarted + (long) (generation.produced * interval) - clock.now();
            if (due > 0) {
                generation.timer = clock.schedule(() -> decode(generation), due);
                return;
            }
            if (!generation.listener.writable()) {
                generation.paused = true;
                return;
            }
            produce(generation);
        }
    }

    private void produce(Generation generation) {
        String token = generation.produced == 0 && generation.nonce != null
                ? generation.nonce
                : Words.token(generation.promptDigest, generation.produced);
        generation.produced++;
        generation.prompt.append(token);
        counters.generated();
        generation.listener.token(token);
        if (generation.produced == generation.answerTokens && generation.phase == Generation.Phase.DECODE) {
            counters.answered++;
            counters.decoded(elapsed(generation.decodeStarted));
            keep(generation);
            generation.ended = clock.now();
            release(generation, Generation.Phase.DONE);
            generation.listener.finished();
        }
    }

    private void keep(Generation generation) {
        long[] chain = generation.prompt.chain();
        long tokens = generation.processed + generation.produced;
        cache.keep(chain, (int) Math.min(chain.length, tokens / PromptHasher.BLOCK_TOKENS));
    }

    private void release(Generation generation, Generation.Phase last) {
        stopTimer(generation);
        generation.phase = last;
        active--;
        slots[Arrays.asList(slots).indexOf(generation)] = null;
        startWaiting();
    }

    private static void stopTimer(Generation generation) {
        if (generation.timer != null) {
            generation.timer.cancel();
            generation.timer = null;
        }
    }

    private double elapsed(long since) {
        return (clock.now() - since) / NANOS;
    }
}
