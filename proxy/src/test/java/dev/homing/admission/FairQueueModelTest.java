// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.admission.FairQueue.Entry;
import dev.homing.routing.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of one queue: requests come, end and leave, loops are late, tables change. After every step the rules of the queue are looked up
 * in full, which the queue itself never does.
 */
class FairQueueModelTest {

    private static final int BACKENDS = 3;
    private static final int STEPS = 600;

    private final Admission admission = new Admission(() -> 0);
    private final FairQueue queue = admission.queue(0);
    private final List<Runnable> loop = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private final Backend[] table = new Backend[BACKENDS];

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everyStepKeepsTheRules(long seed) {
        Random random = new Random(seed);
        publish(random);
        for (int step = 0; step < STEPS; step++) {
            step(random);
            nobodyWaitsWhoMayTakeAFreePlace();
            whatIsCountedIsWhatWasAdmitted();
        }
        for (int slot = 0; slot < BACKENDS; slot++) {
            table[slot] = Tables.up(slot, 2);
        }
        admission.publish(Tables.of(table), () -> {});
        while (!requests.isEmpty()) {
            runLoop();
            requests.stream()
                    .filter(request -> request.at != Waiter.ANY)
                    .toList()
                    .forEach(Request::end);
            runLoop();
            requests.removeIf(request -> request.over);
            assertThat(requests)
                    .as("seed %d: everybody gets a place in the end", seed)
                    .allMatch(request -> request.at != Waiter.ANY
                            || requests.stream().anyMatch(other -> other.at != Waiter.ANY)
                            || request.waiter.state() == Waiter.State.GRANTED);
        }
    }

    private void step(Random random) {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> arrive(random);
            case 3, 4, 5 -> pick(random, true).ifPresent(Request::end);
            case 6 -> pick(random, false).ifPresent(Request::leave);
            case 7, 8 -> runSome(random);
            default -> {
                if (random.nextInt(6) == 0) {
                    publish(random);
                }
            }
        }
        requests.removeIf(request -> request.over);
    }

    private void arrive(Random random) {
        Request request = new Request();
        int wanted = random.nextInt(BACKENDS + 1) - 1;
        Set<Integer> barred =
                wanted == Waiter.ANY && random.nextInt(4) == 0 ? Set.of(random.nextInt(BACKENDS)) : Set.of();
        if (wanted != Waiter.ANY && admission.of(wanted).tryBegin()) {
            request.at = wanted;
            requests.add(request);
            return;
        }
        request.enter(new Waiter(wanted, barred, loop::add, request));
    }

    private Optional<Request> pick(Random random, boolean admitted) {
        List<Request> some = requests.stream()
                .filter(request -> admitted == (request.at != Waiter.ANY))
                .toList();
        return some.isEmpty() ? Optional.empty() : Optional.of(some.get(random.nextInt(some.size())));
    }

    private void runSome(Random random) {
        for (int i = random.nextInt(3); i > 0 && !loop.isEmpty(); i--) {
            loop.remove(random.nextInt(loop.size())).run();
        }
    }

    private void runLoop() {
        while (!loop.isEmpty()) {
            loop.remove(0).run();
        }
    }

    private void publish(Random random) {
        for (int slot = 0; slot < BACKENDS; slot++) {
            int max = random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(3);
            table[slot] = switch (random.nextInt(6)) {
                case 0 -> Tables.down(slot, max);
                case 1 -> Tables.drains(slot, max);
                default -> Tables.up(slot, max);
            };
        }
        admission.publish(Tables.of(table), () -> {});
    }

    private void nobodyWaitsWhoMayTakeAFreePlace() {
        for (Backend backend : table) {
            int max = backend.maxInflight();
            if (max > 0 && admission.of(backend.slot()).inflight() >= max) {
                continue;
            }
            assertThat(requests)
                    .as("free: %s", backend)
                    .noneMatch(request -> request.waits()
                            && request.waiter.accepts(backend.slot())
                            && (request.waiter.wanted() == Waiter.ANY ? backend.takesNew() : backend.keepsPinned()));
        }
    }

    private void whatIsCountedIsWhatWasAdmitted() {
        for (int slot = 0; slot < BACKENDS; slot++) {
            int place = slot;
            assertThat((long) admission.of(slot).inflight())
                    .isEqualTo(requests.stream()
                            .filter(request -> request.holds(place))
                            .count());
            assertThat((long) queue.waitingFor(slot))
                    .isEqualTo(requests.stream()
                            .filter(request -> request.waits() && request.waiter.wanted() == place)
                            .count());
        }
        assertThat((long) queue.waitingForAny())
                .isEqualTo(requests.stream()
                        .filter(request -> request.waits() && request.waiter.wanted() == Waiter.ANY)
                        .count());
    }

    /** Nobody older waits who could have had the place. */
    private void inOrder(Waiter granted) {
        assertThat(requests)
                .noneMatch(other -> other.waits()
                        && other.waiter.ticket() < granted.ticket()
                        && other.waiter.wanted() == granted.wanted()
                        && other.waiter.accepts(granted.admittedTo()));
    }

    private final class Request implements Waiter.Listener {

        private Waiter waiter = new Waiter(Waiter.ANY, Set.of(), loop::add, this);
        private int at = Waiter.ANY;
        private boolean over;

        void enter(Waiter next) {
            waiter = next;
            Entry entry = queue.join(next, Integer.MAX_VALUE);
            switch (entry) {
                case ADMITTED -> {
                    at = next.admittedTo();
                    requests.add(this);
                }
                case WAITING -> requests.add(this);
                case OUT -> over = true;
                case CROWDED -> throw new AssertionError("crowded");
            }
        }

        boolean waits() {
            return !over && at == Waiter.ANY && waiter.state() == Waiter.State.WAITING;
        }

        boolean holds(int slot) {
            return at == slot
                    || (at == Waiter.ANY && waiter.state() == Waiter.State.GRANTED && waiter.admittedTo() == slot);
        }

        void end() {
            over = true;
            admission.of(at).end();
        }

        void leave() {
            over = true;
            queue.leave(waiter);
        }

        @Override
        public void admitted(int slot) {
            assertThat(over).as("told after it left").isFalse();
            at = slot;
            inOrder(waiter);
        }

        @Override
        public void displaced() {
            assertThat(over).as("told after it left").isFalse();
            requests.remove(this);
            enter(waiter.instead(Waiter.ANY, Set.of()));
        }
    }
}
