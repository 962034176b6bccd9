// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * One replay of a workload under one policy. A session's calls follow one another: each comes at its recorded time, or when the one before
 * it is done if that is later.
 */
final class Simulation {

    /** The share of the time whose calls are not counted, because caches are empty at first. */
    private static final double WARM_UP = 0.1;

    /** How long after an incident calls are counted. */
    private static final long AFTERMATH = TimeUnit.MINUTES.toNanos(5);

    private final Workload workload;
    private final Scenario scenario;
    private final IntConsumer progress;
    private final Agenda agenda;
    private final List<Replica> replicas;
    private final List<Set<Flight>> flights;
    private final Dispatcher dispatcher;
    private final Tally tally;
    private List<Replica> up;
    private int done;

    /** @param progress told how many calls are done, after each of them */
    private Simulation(Workload workload, Scenario scenario, Routing routing, IntConsumer progress) {
        this.workload = workload;
        this.scenario = scenario;
        this.progress = progress;
        this.agenda = new Agenda(workload.fromNanos());
        int most = scenario.backends() + (scenario.incident() == Incident.SCALEOUT ? 1 : 0);
        int blocks = (int) Math.min(Integer.MAX_VALUE, scenario.cacheTokens() / workload.blockTokens());
        this.replicas = IntStream.range(0, most)
                .mapToObj(slot -> new Replica(new BlockCache(blocks), workload.blockTokens()))
                .toList();
        this.flights = IntStream.range(0, most)
                .<Set<Flight>>mapToObj(slot -> new LinkedHashSet<>())
                .toList();
        this.up = replicas.subList(0, scenario.backends());
        this.dispatcher = routing.over(replicas, agenda::now);
        this.tally = scenario.incident() == Incident.NONE
                ? new Tally(moment(WARM_UP), Long.MAX_VALUE, workload.sessions().size())
                : new Tally(
                        moment(scenario.incident().moment()),
                        moment(scenario.incident().moment()) + AFTERMATH,
                        workload.sessions().size());
    }

    static Figures run(Workload workload, Scenario scenario, Policy policy, IntConsumer progress) {
        return run(
                workload,
                scenario,
                (replicas, clock) -> new Dispatchers(scenario, workload.blockTokens(), replicas, clock).of(policy),
                progress);
    }

    /** By a way to route that has no name on the command line. */
    static Figures run(Workload workload, Scenario scenario, Routing routing, IntConsumer progress) {
        return new Simulation(workload, scenario, routing, progress).run();
    }

    /** Makes what routes. */
    interface Routing {

        /**
         * The one of a replay.
         *
         * @param replicas all that there may be at once; at the start only the first ones of them are up
         * @param clock the virtual time
         */
        Dispatcher over(List<Replica> replicas, LongSupplier clock);
    }

    private Figures run() {
        schedule(scenario.incident());
        for (List<Call> session : workload.sessions()) {
            comes(session, 0);
        }
        agenda.run();
        return tally.figures();
    }

    private long moment(double share) {
        return workload.fromNanos() + Math.round(share * (workload.toNanos() - workload.fromNanos()));
    }

    private void schedule(Incident incident) {
        long when = moment(incident.moment());
        switch (incident) {
            case NONE -> {}
            case FAIL -> {
                int slot = new SplittableRandom(scenario.seed()).nextInt(scenario.backends());
                agenda.at(when, () -> fail(slot));
                agenda.at(moment(2 * incident.moment()), () -> come(slot));
            }
            case SCALEOUT -> agenda.at(when, () -> come(scenario.backends()));
            case RESTART -> agenda.at(when, dispatcher::restart);
        }
    }

    /** The turn of a session, if it has one more. */
    private void comes(List<Call> session, int turn) {
        if (turn < session.size()) {
            agenda.at(session.get(turn).recordedNanos(), () -> {
                Call call = session.get(turn);
                begin(new Flight(session, turn, agenda.now(), dispatcher.send(call)));
            });
        }
    }

    private void begin(Flight flight) {
        Replica replica = replicas.get(flight.sent.slot());
        tally.load(up, agenda.now());
        tally.sent(flight.call(), agenda.now(), flight.sent.slot());
        flights.get(flight.sent.slot()).add(flight);
        Replica.Admitted admitted = replica.admit(flight.call(), agenda.now());
        agenda.at(admitted.firstToken(), () -> {
            if (!flight.lost) {
                answered(flight, admitted);
            }
        });
    }

    private void answered(Flight flight, Replica.Admitted admitted) {
        flight.answered = true;
        flight.sent.answered();
        tally.answered(flight.call(), flight.came, admitted.cachedTokens(), agenda.now() - flight.came);
        agenda.at(admitted.done(), () -> {
            if (!flight.lost) {
                tally.load(up, agenda.now());
                replicas.get(flight.sent.slot()).leave();
                flights.get(flight.sent.slot()).remove(flight);
                over(flight);
            }
        });
    }

    private void over(Flight flight) {
        flight.sent.over();
        progress.accept(++done);
        comes(flight.session, flight.turn + 1);
    }

    /** What the backend had not begun to answer goes elsewhere; what it was answering breaks off, and its session goes on. */
    private void fail(int slot) {
        tally.load(up, agenda.now());
        dispatcher.up(slot, false);
        replicas.get(slot).fail();
        up = up.stream().filter(replica -> replica != replicas.get(slot)).toList();
        List<Flight> lost = List.copyOf(flights.get(slot));
        flights.get(slot).clear();
        for (Flight flight : lost) {
            flight.lost = true;
            if (flight.answered) {
                over(flight);
            } else {
                Dispatcher.Sent again = dispatcher.again(flight.call(), flight.sent);
                begin(new Flight(flight.session, flight.turn, flight.came, again));
            }
        }
    }

    private void come(int slot) {
        tally.load(up, agenda.now());
        dispatcher.up(slot, true);
        List<Replica> more = new ArrayList<>(up);
        more.add(replicas.get(slot));
        up = more;
    }

    /** A call on its way. */
    private static final class Flight {

        private final List<Call> session;
        private final int turn;
        private final long came;
        private final Dispatcher.Sent sent;
        private boolean answered;
        private boolean lost;

        /** @param came when the client sent it, which is earlier than now for one that is sent again */
        Flight(List<Call> session, int turn, long came, Dispatcher.Sent sent) {
            this.session = session;
            this.turn = turn;
            this.came = came;
            this.sent = sent;
        }

        Call call() {
            return session.get(turn);
        }
    }
}
