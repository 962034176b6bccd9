// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Lets all streams of an interval emit at the same moments, as the batches of an engine do. Confined to its event loop. */
final class Metronome {

    /** Something that emits a token when it is told to. */
    interface Voice {
        void beat();
    }

    private final EventLoop loop;
    private final Map<Integer, Set<Voice>> voices = new HashMap<>();

    Metronome(EventLoop loop) {
        this.loop = loop;
    }

    /** @param millis the interval */
    void join(int millis, Voice voice) {
        voices.computeIfAbsent(millis, this::begin).add(voice);
    }

    void leave(int millis, Voice voice) {
        voices.getOrDefault(millis, Set.of()).remove(voice);
    }

    private Set<Voice> begin(int millis) {
        Set<Voice> choir = new LinkedHashSet<>();
        var unused = loop.scheduleAtFixedRate(() -> choir.forEach(Voice::beat), millis, millis, TimeUnit.MILLISECONDS);
        return choir;
    }
}
