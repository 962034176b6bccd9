// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The sticky table on paper: what was written is what is read. */
class SnapshotTest {

    private static final long SEED = SipHash.ofSeed("homing").fingerprint();
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final long NOON = 1_700_000_000_000L;
    private static final RoutingTable BACKENDS = table(Pools.of(4));

    private final AtomicLong clock = new AtomicLong();
    private final SessionTable sessions = new SessionTable(100_000, clock::get);

    @Test
    void whatIsReadIsWhatWasWritten() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        for (int n = 0; n < 20_000; n++) {
            SessionKey key = Pools.session(random.nextInt(5_000));
            long ttl = TimeUnit.MINUTES.toNanos(1 + random.nextInt(10_000));
            int slot = random.nextInt(4);
            sessions.release(sessions.bind(key, ttl, current -> slot));
            clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(random.nextInt(200)));
            if (random.nextInt(20) == 0) {
                sessions.forget(Pools.session(random.nextInt(5_000)));
            }
        }
        sessions.sweep();
        assertThat(sessions.size()).isBetween(2_000L, 5_000L);

        AtomicLong laterClock = new AtomicLong(777);
        SessionTable later = new SessionTable(100_000, laterClock::get);
        Snapshot.Restored restored = read(written()).restore(later, BACKENDS, NOON);

        assertThat(restored).isEqualTo(new Snapshot.Restored(sessions.size(), 0, 0, 0));
        assertThat(shown(later)).isEqualTo(shown(sessions)).hasSize((int) sessions.size());
        for (int slot = 0; slot < 4; slot++) {
            assertThat(later.sessions(slot)).isEqualTo(sessions.sessions(slot)).isPositive();
        }
    }

    @Test
    void aSessionLivesForWhatWasLeftOfItsTime() throws Exception {
        sessions.release(bind(1, 2, HOUR));
        clock.addAndGet(HOUR / 4);
        byte[] file = written();

        SessionTable later = new SessionTable(10, clock::get);
        Snapshot.Restored restored = read(file)
                .restore(later, BACKENDS, NOON + Duration.ofMinutes(15).toMillis());

        assertThat(restored.restored()).isEqualTo(1);
        assertThat(later.peek(Pools.session(1)).running()).isZero();
        clock.addAndGet(HOUR / 2 - 1);
        assertThat(later.peek(Pools.session(1)).slot()).isEqualTo(2);
        clock.addAndGet(1);
        assertThat(later.peek(Pools.session(1))).isNull();
    }

    @Test
    void aRequestAfterTheRestartStartsItsTimeAnew() throws Exception {
        sessions.release(bind(1, 2, HOUR));
        SessionTable later = new SessionTable(10, clock::get);
        read(written()).restore(later, BACKENDS, NOON);
        Pin pin = later.peek(Pools.session(1));

        clock.addAndGet(HOUR - 1);
        assertThat(later.enter(pin, HOUR)).isTrue();
        clock.addAndGet(3 * HOUR);
        later.release(pin);
        clock.addAndGet(HOUR - 1);

        assertThat(later.peek(Pools.session(1))).isSameAs(pin);
    }

    @Test
    void aRunningSessionCountsAsIdleFromTheMomentOfWriting() throws Exception {
        bind(1, 2, HOUR);
        clock.addAndGet(10 * HOUR);
        byte[] file = written();

        SessionTable later = new SessionTable(10, clock::get);
        assertThat(read(file).restore(later, BACKENDS, NOON).restored()).isEqualTo(1);
        clock.addAndGet(HOUR - 1);
        assertThat(later.peek(Pools.session(1))).isNotNull();
        clock.addAndGet(1);
        assertThat(later.peek(Pools.session(1))).isNull();
    }

    @Test
    void whoseTimeRanOutMeanwhileIsForgotten() throws Exception {
        sessions.release(bind(1, 0, HOUR));
        sessions.release(bind(2, 0, 2 * HOUR));
        byte[] file = written();
        long hour = Duration.ofHours(1).toMillis();

        SessionTable justBefore = new SessionTable(10, clock::get);
        SessionTable justThen = new SessionTable(10, clock::get);

        assertThat(read(file).restore(justBefore, BACKENDS, NOON + hour - 1))
                .isEqualTo(new Snapshot.Restored(2, 0, 0, 0));
        assertThat(read(file).restore(justThen, BACKENDS, NOON + hour)).isEqualTo(new Snapshot.Restored(1, 1, 0, 0));
        assertThat(justThen.peek(Pools.session(2))).isNotNull();
    }

    @Test
    void aClockThatWasSetBackNeitherProlongsNorForgets() throws Exception {
        sessions.release(bind(1, 0, HOUR));
        clock.addAndGet(HOUR / 2);
        SessionTable later = new SessionTable(10, clock::get);

        read(written()).restore(later, BACKENDS, NOON - Duration.ofDays(400).toMillis());

        clock.addAndGet(HOUR / 2 - 1);
        assertThat(later.peek(Pools.session(1))).isNotNull();
        clock.addAndGet(1);
        assertThat(later.peek(Pools.session(1))).isNull();
    }

    @Test
    void sessionsGoByTheNamesOfTheirBackendsNotBySlots() throws Exception {
        sessions.release(bind(0, 0, HOUR));
        sessions.release(bind(3, 3, HOUR));
        sessions.release(bind(2, 2, HOUR));
        sessions.release(sessions.bind(Pools.session(2), HOUR, slot -> 3));
        RoutingTable shuffled =
                table(new Pool(0, "default", List.of(renamed(3, 7), renamed(0, 5), renamed(2, 1)), Pools.RENDEZVOUS));

        SessionTable later = new SessionTable(10, clock::get);
        Snapshot.Restored restored = read(written()).restore(later, shuffled, NOON);

        assertThat(restored).isEqualTo(new Snapshot.Restored(3, 0, 0, 0));
        assertThat(later.peek(Pools.session(0)).slot()).isEqualTo(5);
        assertThat(later.peek(Pools.session(3)).slot()).isEqualTo(7);
        assertThat(later.peek(Pools.session(2)).slot()).isEqualTo(7);
        assertThat(later.peek(Pools.session(2)).firstSlot())
                .as("where it began")
                .isEqualTo(1);
    }

    @Test
    void whatBelongedToBackendsThatAreGoneIsLeftOut() throws Exception {
        for (int n = 0; n < 40; n++) {
            sessions.release(bind(n, n % 4, HOUR));
        }
        sessions.release(sessions.bind(Pools.session(1), HOUR, slot -> 0));
        SessionTable later = new SessionTable(100, clock::get);

        Snapshot.Restored restored = read(written()).restore(later, table(Pools.without(Pools.of(4), 1)), NOON);

        assertThat(restored).isEqualTo(new Snapshot.Restored(31, 0, 9, 0));
        assertThat(later.sessions(1)).isZero();
        assertThat(later.peek(Pools.session(1)).firstSlot())
                .as("the first one is gone")
                .isZero();
    }

    @Test
    void aSlotWithoutABackendHasNoNameAndIsNotWritten() throws Exception {
        sessions.release(bind(1, 9, HOUR));
        sessions.release(bind(2, 2, HOUR));
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        assertThat(new SnapshotWriter(sessions, SEED).write(out, BACKENDS, NOON))
                .isEqualTo(1);
        assertThat(read(out.toByteArray()).sessions()).hasSize(1);
    }

    @Test
    void ofMoreThanTheTableHoldsThoseThatWereUsedLastAreKept() throws Exception {
        for (int n = 0; n < 1000; n++) {
            sessions.release(bind(n, n % 4, 2 * HOUR));
            clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(5));
        }
        SessionTable small = new SessionTable(100, clock::get);

        assertThat(read(written()).restore(small, BACKENDS, NOON)).isEqualTo(new Snapshot.Restored(100, 0, 0, 900));

        small.sweep();
        assertThat(small.size()).isEqualTo(100);
        assertThat(IntStream.range(900, 1000)).allMatch(n -> small.peek(Pools.session(n)) != null);
    }

    @Test
    void whatHappenedSinceCountsMore() throws Exception {
        sessions.release(bind(1, 0, HOUR));
        SessionTable later = new SessionTable(10, clock::get);
        Pin pin = later.bind(Pools.session(1), HOUR, slot -> 3);

        assertThat(read(written()).restore(later, BACKENDS, NOON).restored()).isZero();
        assertThat(later.peek(Pools.session(1))).isSameAs(pin);
        assertThat(later.sessions(3)).isEqualTo(1);
        assertThat(later.sessions(0)).isZero();
    }

    @Test
    void anEmptyTableIsASnapshotToo() throws Exception {
        assertThat(read(written())).isEqualTo(new Snapshot(NOON, List.of()));
    }

    @Test
    void aSessionTakesSixteenBytes() throws Exception {
        int before = written().length;
        for (int n = 0; n < 10_000; n++) {
            sessions.release(bind(n, n % 4, HOUR));
        }
        clock.addAndGet(HOUR / 2);

        assertThat((written().length - before) / 10_000).isLessThanOrEqualTo(17);
    }

    @Test
    void numbersOfAnySizeSurvive() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        var data = new DataOutputStream(out);
        long[] values = {0, 1, 127, 128, 16_383, 16_384, 3_600_000, Integer.MAX_VALUE, Long.MAX_VALUE};
        for (long value : values) {
            SnapshotFormat.writeVarint(data, value);
        }
        var in = new DataInputStream(new ByteArrayInputStream(out.toByteArray()));
        for (long value : values) {
            assertThat(SnapshotFormat.readVarint(in)).isEqualTo(value);
        }
        assertThat(in.read()).isNegative();
    }

    @Test
    void writingGoesOnWhileSessionsComeAndGo() throws Exception {
        for (int n = 0; n < 5_000; n++) {
            sessions.release(bind(n, n % 4, HOUR));
        }
        AtomicBoolean stop = new AtomicBoolean();
        Thread traffic = new Thread(() -> {
            for (int n = 5_000; !stop.get(); n++) {
                sessions.release(bind(n % 20_000 + 5_000, n % 4, HOUR));
                sessions.forget(Pools.session((n + 7_000) % 20_000 + 5_000));
            }
        });
        traffic.start();
        try {
            for (int i = 0; i < 20; i++) {
                Snapshot snapshot = read(written());
                assertThat(snapshot.sessions().stream()
                                .map(Snapshot.Session::key)
                                .distinct())
                        .as("each once")
                        .hasSameSizeAs(snapshot.sessions());
                assertThat(snapshot.sessions()).hasSizeGreaterThanOrEqualTo(5_000);
            }
        } finally {
            stop.set(true);
            traffic.join();
        }
    }

    private Pin bind(long n, int slot, long ttl) {
        return sessions.bind(Pools.session(n), ttl, current -> slot);
    }

    private byte[] written() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SnapshotWriter(sessions, SEED).write(out, BACKENDS, NOON);
        return out.toByteArray();
    }

    private static Snapshot read(byte[] file) throws IOException, RefusedSnapshot {
        return SnapshotReader.read(new ByteArrayInputStream(file), SEED);
    }

    private static RoutingTable table(Pool pool) {
        return new RoutingTable(List.of(pool), new RouteMatcher(List.of()));
    }

    /** The backend that tests call {@code gpu-n}, in another slot. */
    private static Backend renamed(int n, int slot) {
        var backend = Pools.backend(n);
        return new Backend(slot, backend.id(), backend.idHash(), backend.weight(), backend.state(), backend.healthy());
    }

    /** All that matters of a table, by session; times to the millisecond. */
    private static Map<String, List<Long>> shown(SessionTable table) {
        Map<String, List<Long>> shown = new TreeMap<>();
        for (Pin pin : table.pins()) {
            long ttl = TimeUnit.NANOSECONDS.toMillis(pin.idleTtlNanos());
            long left = TimeUnit.NANOSECONDS.toMillis(table.nanosLeft(pin));
            shown.put(pin.key().hex(), List.of((long) pin.slot(), (long) pin.firstSlot(), ttl, left));
        }
        return shown;
    }
}
