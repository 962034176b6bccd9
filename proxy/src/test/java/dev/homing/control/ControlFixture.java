// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.Address;
import dev.homing.config.DnsName;
import dev.homing.config.HomingConfig;
import dev.homing.health.BackendTarget;
import dev.homing.health.Cause;
import dev.homing.health.Outcome;
import dev.homing.health.Probe;
import dev.homing.health.ProbeResult;
import dev.homing.health.SlotCount;
import dev.homing.health.StartTime;
import dev.homing.routing.Backend;
import dev.homing.routing.RoutingTable;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A control loop with a clock that a test moves, backends that answer probes as it says, and everything that came out. */
final class ControlFixture implements Probe {

    static final ProbeResult GOOD = new ProbeResult.Answered(200, false);
    static final ProbeResult LOADING = new ProbeResult.Answered(503, true);
    static final ProbeResult TIMED_OUT = new ProbeResult.TimedOut(Duration.ofSeconds(5));

    /** Far from 0 and from any sign that the code might lean on. */
    final FakeScheduler scheduler = new FakeScheduler(-3_000_000_000L);

    final List<String> transitions = new ArrayList<>();
    final List<RoutingTable> tables = new ArrayList<>();
    final List<List<Placed>> placed = new ArrayList<>();

    /** What operators were told while the table of the same place was published. */
    final List<List<BackendView>> viewsMeanwhile = new ArrayList<>();

    final List<Asked> asked = new ArrayList<>();
    final Map<Integer, Long> deliveries = new HashMap<>();

    final List<String> startTimesAsked = new ArrayList<>();

    /** What backends tell of their start, by id (and host); what is not here tells nothing. */
    final Map<String, StartTime> startTimes = new HashMap<>();

    /** The same, open until a test completes it. */
    final Map<String, CompletableFuture<StartTime>> lateStartTimes = new HashMap<>();

    /** Backends that were asked for their slots, by host. */
    final List<String> slotsAsked = new ArrayList<>();

    /** Slots with sessions or requests. */
    final Set<Integer> busy = new HashSet<>();

    /** When names were looked up. */
    final List<Long> asks = new ArrayList<>();

    final List<String> lookups = new ArrayList<>();
    final List<String> forgotten = new ArrayList<>();

    /** What name servers say, by host; at first that there is no such name. */
    private final Map<String, CompletableFuture<Names.Answer>> names = new HashMap<>();

    private final Map<String, ProbeResult> answers = new HashMap<>();
    private final Map<String, SlotCount> slots = new HashMap<>();
    final ControlLoop loop;

    /** How far the time of day is off, asked for with each look at it. */
    LongSupplier clockOffMillis = () -> 0;

    ControlFixture() {
        Env env = new Env(
                scheduler,
                scheduler::nanos,
                () -> scheduler.nanos() / 1_000_000 + clockOffMillis.getAsLong(),
                () -> Long.MIN_VALUE, // 0.5 as a double: intervals as configured
                new Env.Outside(this, this::lookUp),
                new Env.Work() {
                    @Override
                    public long lastDeliveryNanos(int slot) {
                        return deliveries.getOrDefault(slot, Env.NEVER);
                    }

                    @Override
                    public boolean isBusy(int slot) {
                        return busy.contains(slot);
                    }
                });
        loop = new ControlLoop(env, this::published, new Events() {
            @Override
            public void transition(String pool, String backend, Standing to, Cause cause, String why) {
                transitions.add(pool + "/" + backend + " " + to.label() + " " + cause.label());
            }

            @Override
            public void looked(String pool, String backend, boolean found) {
                lookups.add(pool + "/" + backend + " " + found);
            }

            @Override
            public void forgotten(String pool, String backend) {
                forgotten.add(pool + "/" + backend);
            }
        });
    }

    private void published(HomingConfig config, RoutingTable table, List<Placed> backends) {
        tables.add(table);
        placed.add(backends);
        viewsMeanwhile.add(loop.backends());
    }

    private CompletionStage<Names.Answer> lookUp(DnsName name, List<Address> servers) {
        asks.add(scheduler.nanos());
        return names.computeIfAbsent(
                name.host(),
                unseen -> CompletableFuture.completedFuture(
                        new Names.Nothing(name.host() + ": there is no such name, or it has no address")));
    }

    /** From now on name servers say so. */
    void names(String host, Names.Answer answer) {
        names.put(host, CompletableFuture.completedFuture(answer));
    }

    /** One probe: when it was asked for, and its answer, open until a test gives it where none was scripted. */
    record Asked(long atNanos, BackendTarget target, CompletableFuture<ProbeResult> answer) {}

    @Override
    public CompletionStage<ProbeResult> probe(BackendTarget target) {
        Asked probe = new Asked(scheduler.nanos(), target, new CompletableFuture<>());
        asked.add(probe);
        ProbeResult scripted = answers.get(host(target));
        if (scripted != null) {
            probe.answer().complete(scripted);
        }
        return probe.answer();
    }

    @Override
    public CompletionStage<StartTime> startTime(BackendTarget target) {
        String host = host(target);
        startTimesAsked.add(host);
        return lateStartTimes.getOrDefault(
                host, CompletableFuture.completedFuture(startTimes.getOrDefault(host, new StartTime.Silent())));
    }

    /** From now on the backend of that id (and host) answers so; null = not until the test does. */
    void answers(String id, @Nullable ProbeResult result) {
        answers.put(id, result);
    }

    @Override
    public CompletionStage<SlotCount> slots(BackendTarget target) {
        String host = host(target);
        slotsAsked.add(host);
        return CompletableFuture.completedStage(slots.getOrDefault(host, new SlotCount.Silent(404)));
    }

    /** From now on the backend of that id (and host) tells that of its slots. */
    void slots(String id, SlotCount told) {
        slots.put(id, told);
    }

    static ProbeResult refused(String id) {
        return new ProbeResult.Refused(id + ":8000");
    }

    /** Starts with all backends good. */
    void startGood(HomingConfig config) {
        config.pools()
                .forEach(pool -> pool.backends().forEach(backend -> {
                    String host = backend.url().getHost();
                    answers.put(host, answers.containsKey(host) ? answers.get(host) : GOOD);
                }));
        loop.start(config);
        scheduler.run();
        transitions.clear();
    }

    void apply(HomingConfig config) {
        loop.apply(config);
        scheduler.run();
    }

    void outcome(String id, Outcome outcome) {
        loop.outcome(backend(id).slot(), outcome);
        scheduler.run();
    }

    void outcomes(String id, Outcome outcome, int times) {
        for (int i = 0; i < times; i++) {
            outcome(id, outcome);
        }
    }

    void seconds(double seconds) {
        scheduler.advance(Duration.ofNanos((long) (seconds * 1e9)));
    }

    RoutingTable table() {
        return tables.get(tables.size() - 1);
    }

    private static String host(BackendTarget target) {
        InetAddress address = target.where().address();
        return address == null ? target.host() : address.getHostAddress();
    }

    /** In the current table; of the first pool that has it. */
    Backend backend(String id) {
        return table().pools().stream()
                .flatMap(pool -> pool.backends().stream())
                .filter(backend -> backend.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    boolean healthy(String id) {
        return backend(id).healthy();
    }

    BackendView view(String id) {
        return loop.backends().stream()
                .filter(view -> view.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    long probesOf(String id) {
        return asked.stream().filter(probe -> id.equals(host(probe.target()))).count();
    }
}
