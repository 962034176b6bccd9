// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.homing.affinity.SessionTable.Cause;
import dev.homing.routing.Pools;
import dev.homing.routing.SessionKey;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTableTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final SessionKey KEY = Pools.session(1);

    private final AtomicLong clock = new AtomicLong();
    private final SessionTable table = new SessionTable(1000, clock::get);

    @ParameterizedTest
    @ValueSource(longs = {1, 1000, 500_000_000L, 3_600_000_000_000L, 604_800_000_000_000L})
    void aPinEndsExactlyAnIdleTtlAfterItsLastRequest(long ttl) {
        Pin pin = bind(KEY, 3, ttl);
        clock.addAndGet(5 * HOUR);
        table.release(pin);

        clock.addAndGet(ttl - 1);
        assertThat(table.peek(KEY)).isSameAs(pin);

        clock.addAndGet(1);
        assertThat(table.peek(KEY)).isNull();
        assertThat(table.find(KEY)).isNull();
    }

    @Test
    void aRunningRequestKeepsItsPin() {
        Pin pin = bind(KEY, 3, HOUR);

        clock.addAndGet(1000 * HOUR);
        table.sweep();

        assertThat(table.find(KEY)).isSameAs(pin);
        assertThat(table.sessions(3)).isEqualTo(1);
    }

    @Test
    void theLastOfSeveralRequestsStartsTheTtl() {
        Pin pin = bind(KEY, 3, HOUR);
        assertThat(table.enter(pin, HOUR)).isTrue();
        table.release(pin);

        clock.addAndGet(10 * HOUR);
        assertThat(table.find(KEY)).as("one still runs").isSameAs(pin);
        assertThat(pin.running()).isEqualTo(1);

        table.release(pin);
        clock.addAndGet(HOUR - 1);
        assertThat(table.peek(KEY)).isSameAs(pin);
        clock.addAndGet(1);
        assertThat(table.peek(KEY)).isNull();
    }

    @Test
    void aNewRequestStopsTheTtlAndItsEndStartsItAnew() {
        Pin pin = bind(KEY, 3, HOUR);
        table.release(pin);
        clock.addAndGet(HOUR - 1);

        assertThat(table.enter(pin, HOUR)).isTrue();
        clock.addAndGet(HOUR);
        assertThat(table.peek(KEY)).isSameAs(pin);
        table.release(pin);

        clock.addAndGet(HOUR - 1);
        assertThat(table.peek(KEY)).isSameAs(pin);
        clock.addAndGet(1);
        assertThat(table.peek(KEY)).isNull();
    }

    @Test
    void theLastRequestsTtlCounts() {
        Pin pin = bind(KEY, 3, HOUR);
        table.enter(pin, 10);
        table.release(pin);
        table.release(pin);

        clock.addAndGet(9);
        assertThat(table.peek(KEY)).isSameAs(pin);
        clock.addAndGet(1);
        assertThat(table.peek(KEY)).isNull();
    }

    @Test
    void lookingDoesNotProlongAnything() {
        table.release(bind(KEY, 3, HOUR));
        for (int i = 0; i < 60; i++) {
            clock.addAndGet(HOUR / 60 - (i == 59 ? 1 : 0));
            assertThat(table.peek(KEY)).isNotNull();
            assertThat(table.find(KEY)).isNotNull();
        }
        clock.addAndGet(1);

        assertThat(table.peek(KEY)).isNull();
    }

    @Test
    void aPinThatEndedWhileItWasLookedAtIsNotEntered() {
        Pin pin = bind(KEY, 3, HOUR);
        table.release(pin);
        Pin found = table.find(KEY);
        clock.addAndGet(HOUR);

        assertThat(table.enter(found, HOUR)).isFalse();
        assertThat(found.running()).isZero();
        Pin next = bind(KEY, 4, HOUR);
        assertThat(next).isNotSameAs(pin);
        assertThat(table.sessions(3)).isZero();
        assertThat(table.sessions(4)).isEqualTo(1);
    }

    @Test
    void aPinThatWasReplacedWhileItWasLookedAtIsNotEntered() {
        Pin old = bind(KEY, 3, HOUR);
        table.forget(KEY);
        Pin next = bind(KEY, 4, HOUR);

        assertThat(table.enter(old, HOUR)).isFalse();
        assertThat(next.running()).isEqualTo(1);
    }

    @Test
    void aRequestThatOutlivesItsPinDoesNotHarmTheNextOne() {
        Pin old = bind(KEY, 3, HOUR);
        table.forget(KEY);
        Pin next = bind(KEY, 4, HOUR);

        table.release(old);
        clock.addAndGet(10 * HOUR);

        assertThat(table.peek(KEY)).as("its own request still runs").isSameAs(next);
    }

    @Test
    void sessionsAreCountedWhereTheyAreBound() {
        for (int n = 0; n < 10; n++) {
            table.release(bind(Pools.session(n), n % 2, HOUR));
        }
        assertThat(table.sessions(0)).isEqualTo(5);
        assertThat(table.sessions(1)).isEqualTo(5);
        assertThat(table.sessions(2)).isZero();

        table.release(table.bind(Pools.session(0), HOUR, slot -> slot + 2));
        assertThat(table.sessions(0)).as("moved").isEqualTo(4);
        assertThat(table.sessions(2)).isEqualTo(1);

        assertThat(table.forget(Pools.session(0))).isTrue();
        assertThat(table.forget(Pools.session(0))).isFalse();
        assertThat(table.sessions(2)).as("forgotten").isZero();

        clock.addAndGet(HOUR);
        table.sweep();
        assertThat(table.sessions(0)).as("expired").isZero();
        assertThat(table.sessions(1)).isZero();
        assertThat(table.size()).isZero();
        assertThat(table.evictions(Cause.EXPIRED)).isEqualTo(9);
        assertThat(table.evictions(Cause.SIZE)).isZero();
    }

    @Test
    void aMoveKeepsTheFirstSlotAndTheRunningRequests() {
        Pin pin = bind(KEY, 3, HOUR);

        Pin moved = table.bind(KEY, HOUR, slot -> 5);

        assertThat(moved).isSameAs(pin);
        assertThat(moved.slot()).isEqualTo(5);
        assertThat(moved.firstSlot()).isEqualTo(3);
        assertThat(moved.running()).isEqualTo(2);
    }

    @Test
    void choosingNoneLeavesEverythingAsItWas() {
        assertThat(table.bind(KEY, HOUR, slot -> SessionTable.NONE)).isNull();
        assertThat(table.size()).isZero();

        Pin pin = bind(KEY, 3, HOUR);
        assertThat(table.bind(KEY, 1, slot -> SessionTable.NONE)).isNull();
        assertThat(pin.running()).isEqualTo(1);
        assertThat(table.peek(KEY).slot()).isEqualTo(3);
        clock.addAndGet(10 * HOUR);
        assertThat(table.peek(KEY)).as("its request still runs").isSameAs(pin);
    }

    @Test
    void theBoundHoldsForAHundredThousandIds() {
        long most = 0;
        for (int n = 0; n < 100_000; n++) {
            table.release(bind(Pools.session(n), n % 4, HOUR));
            most = Math.max(most, table.size());
        }
        table.sweep();

        assertThat(most).isLessThanOrEqualTo(1000 + 1);
        assertThat(table.size()).isLessThanOrEqualTo(1000);
        assertThat(sessions()).isEqualTo(table.size());
        assertThat(table.evictions(Cause.SIZE)).isEqualTo(100_000 - table.size());
        assertThat(table.evictions(Cause.EXPIRED)).isZero();
    }

    @Test
    void theBoundHoldsForRunningSessionsToo() {
        for (int n = 0; n < 5000; n++) {
            bind(Pools.session(n), n % 4, HOUR);
        }
        table.sweep();

        assertThat(table.size()).isLessThanOrEqualTo(1000);
        assertThat(sessions()).isEqualTo(table.size());
    }

    @Test
    void aTableOfManyIsSweptBitByBit() {
        SessionTable large = new SessionTable(1_000_000, clock::get);
        for (int n = 0; n < 120_000; n++) {
            large.release(large.bind(new SessionKey(n), HOUR, current -> 0));
        }
        clock.addAndGet(HOUR);

        large.sweep();
        assertThat(large.size()).isEqualTo(70_000);
        assertThat(large.pins()).isEmpty();
        large.sweep();
        large.sweep();
        assertThat(large.size()).isZero();
    }

    @Test
    void aSessionThatComesBackBeforeItsEndedPinIsSweptHasAPinOfItsOwn() {
        table.release(bind(KEY, 3, HOUR));
        clock.addAndGet(HOUR);

        Pin next = bind(KEY, 4, HOUR);
        table.release(next);

        assertThat(next.firstSlot()).isEqualTo(4);
        assertThat(table.peek(KEY)).isSameAs(next);
        assertThat(table.size()).isEqualTo(1);
        assertThat(table.sessions(3)).isZero();
        assertThat(table.evictions(Cause.EXPIRED)).isEqualTo(1);
    }

    @Test
    void countsStayExactUnderAnyMixOfDeeds() {
        SplittableRandom random = new SplittableRandom(5);
        for (int n = 0; n < 50_000; n++) {
            SessionKey key = Pools.session(random.nextInt(2000));
            int slot = random.nextInt(4);
            switch (random.nextInt(8)) {
                case 0 -> table.forget(key);
                case 1 -> clock.addAndGet(random.nextLong(HOUR / 100));
                case 2 -> table.bind(key, HOUR, current -> SessionTable.NONE);
                case 3 -> bind(key, slot, random.nextLong(HOUR));
                default -> table.release(bind(key, slot, random.nextLong(HOUR)));
            }
        }
        table.sweep();

        assertThat(sessions()).isEqualTo(table.size()).isPositive();
        assertThat(table.evictions(Cause.EXPIRED)).isPositive();
        assertThat(table.evictions(Cause.SIZE)).isPositive();
    }

    @Test
    void aBoundOfNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SessionTable(0, clock::get))
                .withMessage("maxSessions: 0 (expected: > 0)");
    }

    private Pin bind(SessionKey key, int slot, long ttl) {
        return table.bind(key, ttl, current -> slot);
    }

    private long sessions() {
        long sum = 0;
        for (int slot = 0; slot < 8; slot++) {
            sum += table.sessions(slot);
        }
        return sum;
    }
}
