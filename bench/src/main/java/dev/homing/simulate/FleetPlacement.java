// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.affinity.Arrival;
import dev.homing.affinity.Claim;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.PromptSize;
import dev.homing.affinity.SessionRouter;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.affinity.SessionTable;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Mix64;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * What proxies of a fleet gain by sharing what: replays traces through several of them, each request through any, and prints the cached share and the
 * 95th percentile of the time to first token. Takes traces, and the number of replicas first.
 */
public final class FleetPlacement {

    private static final int PROXIES = 4;
    private static final long[] SEEDS = {1, 2, 3};

    private FleetPlacement() {}

    /**
     * What proxies know of one another.
     *
     * @param gossipNanos how often they hear what the others have pending, 0 = it is as if it were one's own, {@link #NEVER}
     * @param slackShare the part of {@code slack_tokens} that each goes by
     */
    private record Shares(String name, boolean table, long gossipNanos, int slackShare) {

        static final long NEVER = -1;

        static final List<Shares> ALL = List.of(
                new Shares("nothing", false, NEVER, 1),
                new Shares("table", true, NEVER, 1),
                new Shares("table, a quarter of the slack", true, NEVER, 4),
                new Shares("table and pending at once", true, 0, 1),
                new Shares("table and pending each 100 ms", true, TimeUnit.MILLISECONDS.toNanos(100), 1),
                new Shares("table and pending each second", true, TimeUnit.SECONDS.toNanos(1), 1));
    }

    public static void main(String[] args) throws BadTrace {
        int backends = Integer.parseInt(args[0]);
        for (String file : List.of(args).subList(1, args.length)) {
            Trace trace = TraceReader.read(Path.of(file));
            for (boolean relief : new boolean[] {false, true}) {
                print(trace, backends, 1, Shares.ALL.get(1), relief);
                for (Shares shares : Shares.ALL) {
                    print(trace, backends, PROXIES, shares, relief);
                }
            }
        }
    }

    private static void print(Trace trace, int backends, int proxies, Shares shares, boolean relief) {
        double cached = 0;
        double p50 = 0;
        double p95 = 0;
        for (long seed : SEEDS) {
            Scenario scenario = new Scenario(backends, 4_000_000, 16_384, 4, seed, Incident.NONE);
            Workload workload = Workload.of(trace, Math.max(1, backends / 4), seed);
            PlacementRules rules = PlacementRules.loadAware(scenario.slackTokens() / shares.slackShare());
            PlacementRules used = relief ? rules.withRelief(scenario.relief()) : rules;
            Figures figures = Simulation.run(
                    workload,
                    scenario,
                    (replicas, clock) -> new Proxies(proxies, shares, used, scenario, clock),
                    done -> {});
            cached += figures.cachedRatio() / SEEDS.length;
            p50 += figures.firstToken().p50() / SEEDS.length;
            p95 += figures.firstToken().p95() / SEEDS.length;
        }
        System.out.printf(
                Locale.ROOT,
                "%s, %d replicas%s: %d proxies sharing %s: cached %.4f, first token p50 %.2f s, p95 %.2f s%n",
                trace.name(),
                backends,
                relief ? ", relief 4" : "",
                proxies,
                shares.name(),
                cached,
                p50,
                p95);
    }

    /** Several proxies in front of the same replicas; a request comes to any of them. */
    private static final class Proxies implements Dispatcher {

        private final Pool pool;
        private final SplittableRandom random;
        private final List<Proxy> proxies = new ArrayList<>();
        private final List<long[]> pending = new ArrayList<>();
        private final long gossipNanos;
        private final LongSupplier clock;
        private long[][] heard;
        private long heardAt = Long.MIN_VALUE;

        private record Proxy(SessionRouter router, PendingWork work) {}

        private record Meant(Proxy by, Routed routed, int slot, Claim claim) implements Sent {

            @Override
            public void answered() {
                claim.release();
            }

            @Override
            public void over() {
                claim.release();
                by.router().release(routed);
            }
        }

        Proxies(int count, Shares shares, PlacementRules rules, Scenario scenario, LongSupplier clock) {
            this.random = new SplittableRandom(scenario.seed());
            this.pool = new Pool(
                    0,
                    Workload.POOL,
                    IntStream.range(0, scenario.backends())
                            .mapToObj(Proxies::backend)
                            .toList(),
                    rules);
            this.gossipNanos = shares.gossipNanos();
            this.clock = clock;
            this.heard = new long[count][scenario.backends()];
            SessionTable table = table(clock);
            for (int i = 0; i < count; i++) {
                int self = i;
                long[] own = new long[scenario.backends()];
                pending.add(own);
                SessionTable known = shares.table() ? table : table(clock);
                proxies.add(new Proxy(
                        new SessionRouter(known, slot -> pending(self, slot)),
                        new PendingWork((slot, tokens) -> own[slot] += tokens)));
            }
        }

        private long pending(int self, int slot) {
            long sum = pending.get(self)[slot];
            for (int other = 0; gossipNanos >= 0 && other < pending.size(); other++) {
                if (other != self) {
                    sum += gossipNanos == 0 ? pending.get(other)[slot] : heard[other][slot];
                }
            }
            return sum;
        }

        private void gossip() {
            if (gossipNanos > 0 && clock.getAsLong() / gossipNanos != heardAt) {
                heardAt = clock.getAsLong() / gossipNanos;
                heard = pending.stream().map(long[]::clone).toArray(long[][]::new);
            }
        }

        private static SessionTable table(LongSupplier clock) {
            return new SessionTable(1_000_000, clock);
        }

        private static Backend backend(int slot) {
            String id = "replica-" + slot;
            return new Backend(slot, id, Mix64.hashId(id), 1, BackendState.READY, true);
        }

        @Override
        public Sent send(Call call) {
            gossip();
            Proxy proxy = proxies.get(random.nextInt(proxies.size()));
            PromptSize size = new PromptSize(call.promptTokens(), 1);
            Arrival arrival = new Arrival(call.key(), null, size, TimeUnit.HOURS.toNanos(1));
            Routed routed = proxy.router().route(pool, arrival);
            Backend backend = Objects.requireNonNull(routed.backend());
            return new Meant(proxy, routed, backend.slot(), proxy.work().claim(routed, size));
        }

        @Override
        public Sent again(Call call, Sent lost) {
            throw new UnsupportedOperationException("again: no replica is lost here " + Set.of(lost.slot()));
        }

        @Override
        public void up(int slot, boolean up) {
            throw new UnsupportedOperationException("up: no replica comes or goes here");
        }

        @Override
        public void restart() {
            throw new UnsupportedOperationException("restart: nobody is started anew here");
        }
    }
}
