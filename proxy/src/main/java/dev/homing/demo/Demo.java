// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The demonstration: the same conversations through a proxy in front of demo replicas, first by round robin, then with affinity, on fresh
 * caches each time. The second proxy and its replicas go on until {@link #close}.
 */
public final class Demo implements AutoCloseable {

    private static final Workload.Pace HURRIED = new Workload.Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private final Size size;
    private final EngineSettings replica;
    private final Workload.Pace pace;
    private final ProxyFactory proxies;
    private final Progress progress;
    private final List<FakeEngine> replicas = new ArrayList<>();
    private @Nullable RunningProxy proxy;

    /**
     * How much is shown.
     *
     * @param replicas {@code > 0}
     * @param sessions conversations at once, {@code > 0}
     * @param turns of each, {@code > 0}
     * @param seed of what is said and when, and of the sessions' ids
     */
    public record Size(int replicas, int sessions, int turns, long seed) {
        public Size {
            if (replicas < 1 || sessions < 1 || turns < 1) {
                throw new IllegalArgumentException(
                        "replicas, sessions, turns: " + replicas + ", " + sessions + ", " + turns + " (expected: > 0)");
            }
        }
    }

    public Demo(Size size, ProxyFactory proxies, Progress progress) {
        this(size, EngineSettings.llamaServer(), Workload.Pace.DEMO, proxies, progress);
    }

    Demo(Size size, EngineSettings replica, Workload.Pace pace, ProxyFactory proxies, Progress progress) {
        this.size = size;
        this.replica = replica;
        this.pace = pace;
        this.proxies = proxies;
        this.progress = progress;
    }

    /** Runs both rounds; fails with the first request that does. */
    public Comparison run() throws IOException, InterruptedException {
        warmUp();
        Figures roundRobin = round("round robin", false);
        close();
        return new Comparison(size, replica, roundRobin, round("affinity", true));
    }

    /** The proxy of the last round; null before {@link #run} and after {@link #close}. */
    public @Nullable RunningProxy proxy() {
        return proxy;
    }

    /** A few quick requests, so that the first round does not measure the compiler. */
    private void warmUp() throws IOException, InterruptedException {
        EngineSettings quick = replica.prefill(1e7).decode(2_000);
        start(quick, true);
        try {
            Workload few = Workload.of(8, 6, size.seed(), HURRIED);
            measure(few, "warm-up");
        } finally {
            close();
        }
    }

    private Figures round(String phase, boolean affinity) throws IOException, InterruptedException {
        start(replica, affinity);
        Workload workload = Workload.of(size.sessions(), size.turns(), size.seed(), pace);
        return Figures.of(measure(workload, phase), replicas);
    }

    private List<Round.Exchange> measure(Workload workload, String phase) throws IOException, InterruptedException {
        RunningProxy running = proxy;
        if (running == null) {
            throw new IllegalStateException("demo: closed (expected: running)");
        }
        return new Round(running.address(), workload, phase, progress).run();
    }

    private void start(EngineSettings settings, boolean affinity) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (int i = 0; i < size.replicas(); i++) {
            FakeEngine engine = FakeEngine.start(settings);
            replicas.add(engine);
            addresses.add(engine.address());
        }
        proxy = proxies.start(addresses, affinity);
    }

    @Override
    public void close() {
        if (proxy != null) {
            proxy.close();
            proxy = null;
        }
        replicas.forEach(FakeEngine::close);
        replicas.clear();
    }
}
