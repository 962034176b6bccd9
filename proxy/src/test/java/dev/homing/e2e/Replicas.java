// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import dev.homing.demo.EngineSettings;
import dev.homing.demo.EngineStats;
import dev.homing.demo.FakeEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** Demo replicas under the ids {@code replica-0}, {@code replica-1} and so on, as a proxy's backends. */
final class Replicas implements AutoCloseable {

    private final List<FakeEngine> engines = new ArrayList<>();

    private Replicas() {}

    static Replicas start(int count, EngineSettings settings) {
        Replicas replicas = new Replicas();
        for (int i = 0; i < count; i++) {
            replicas.engines.add(FakeEngine.start(settings));
        }
        return replicas;
    }

    /** A replica that works fast, has room for a whole test's streams and prompts, and notices at once that a client left. */
    static EngineSettings fast(EngineSettings.Kind kind) {
        EngineSettings settings = switch (kind) {
            case LLAMA_SERVER -> EngineSettings.llamaServer().disconnectPoll(java.time.Duration.ZERO);
            case VLLM -> EngineSettings.vllm();
        };
        return settings.slots(256).cacheTokens(4_000_000).prefill(5_000_000);
    }

    static String id(int index) {
        return "replica-" + index;
    }

    int size() {
        return engines.size();
    }

    FakeEngine engine(int index) {
        return engines.get(index);
    }

    EngineStats stats(int index) {
        return engines.get(index).stats();
    }

    List<EngineStats> stats() {
        return engines.stream().map(FakeEngine::stats).toList();
    }

    long sum(ToLongFunction<EngineStats> figure) {
        return stats().stream().mapToLong(figure).sum();
    }

    /** The replicas that this session's requests reached, by index. */
    List<Integer> homes(String session) {
        List<Integer> homes = new ArrayList<>();
        for (int i = 0; i < engines.size(); i++) {
            if (stats(i).sessions().containsKey(session)) {
                homes.add(i);
            }
        }
        return homes;
    }

    /** Dies; what it had counted is the answer. */
    EngineStats kill(int index) {
        engines.get(index).kill();
        return stats(index);
    }

    /** Comes back on its old port with nothing in its memory. */
    void restart(int index) {
        engines.set(index, FakeEngine.start(engines.get(index).settings()));
    }

    /** A configuration with free ports, these backends and {@code more} at the top level. */
    String yaml(String... more) {
        StringBuilder yaml = new StringBuilder("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nresponse_headers: true\n");
        for (String lines : more) {
            yaml.append(lines).append('\n');
        }
        return yaml.append("backends:\n").append(backends("  ")).toString();
    }

    /** The list of these backends, each line indented. */
    String backends(String indent) {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < engines.size(); i++) {
            list.append(String.format(
                    Locale.ROOT,
                    "%s- {id: %s, url: \"%s\"}%n",
                    indent,
                    id(i),
                    engines.get(i).url()));
        }
        return list.toString();
    }

    @Override
    public void close() {
        engines.forEach(FakeEngine::close);
    }
}
