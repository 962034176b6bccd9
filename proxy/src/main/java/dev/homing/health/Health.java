// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import org.jspecify.annotations.Nullable;

/**
 * Whether one backend may be used, as a value: an event and the time make the next one. Only {@code UP} is healthy.
 *
 * <pre>
 *   from \ probe     good               bad                refused, 503    "Loading model"   faults
 *
 *   UNKNOWN          UP                 DOWN               DOWN            LOADING           -
 *   UP(bad so far)   UP(0)              UP(bad so far+1),  DOWN            LOADING           EJECTED
 *                                       DOWN at fall
 *   DOWN(good so     DOWN(good so       DOWN(0)            DOWN(0)         LOADING; - when   -
 *        far)        far+1), UP at rise                                    from a request
 *   LOADING          UP                 DOWN               DOWN            LOADING           -
 *   EJECTED          - before the end of its time, as from UNKNOWN after it                  -
 * </pre>
 *
 * One probe decides wherever nothing is held against the backend's probes: at the start, after an ejection's time, and after loading, since
 * an engine that loads says so itself. Only a backend that its probes took out has to prove itself {@code rise} times.
 *
 * @param phase where in the drawing
 * @param probes bad ones in a row when {@code UP}, good ones in a row when {@code DOWN}, else 0
 * @param untilNanos the end of an ejection on the ticker that {@link #on} is given, else 0
 * @param cause what took it down, only when {@code DOWN}
 */
public record Health(
        Phase phase, int probes, long untilNanos, @Nullable Cause cause) {

    public Health {
        assert probes == 0 || (probes > 0 && (phase == Phase.UP || phase == Phase.DOWN)) : probes + " in " + phase;
        assert untilNanos == 0 || phase == Phase.EJECTED : phase;
        assert (cause != null) == (phase == Phase.DOWN) : cause + " in " + phase;
    }

    /** Where a backend stands. */
    public enum Phase {
        /** Not probed yet. */
        UNKNOWN,
        UP,
        DOWN,
        /** Out for a time, because of real requests. */
        EJECTED,
        /** Out until it says that its model is loaded. */
        LOADING
    }

    /** What can happen to it. */
    public enum Event {
        PROBE_GOOD,
        /** Answered with anything but 2xx or 503, late, or not at all. */
        PROBE_BAD,
        PROBE_REFUSED,
        /** Answered 503. */
        PROBE_UNAVAILABLE,
        /** Answered 503 "Loading model". */
        PROBE_LOADING,
        /** A real request was answered 503 "Loading model". */
        REQUEST_LOADING,
        /** Real requests ended in faults more often than the window allows, and the pool can do without it. */
        FAULTS
    }

    /**
     * The thresholds of a pool.
     *
     * @param fall bad probes in a row that take it out, {@code >= 1}
     * @param rise good probes in a row that bring it back, {@code >= 1}
     * @param ejectNanos length of an ejection
     */
    public record Rules(int fall, int rise, long ejectNanos) {

        public Rules {
            if (fall < 1 || rise < 1 || ejectNanos < 0) {
                throw new IllegalArgumentException("fall, rise, ejectNanos: " + fall + ", " + rise + ", " + ejectNanos
                        + " (expected: >= 1, >= 1, >= 0)");
            }
        }
    }

    public static Health unknown() {
        return new Health(Phase.UNKNOWN, 0, 0, null);
    }

    public static Health up(int bad) {
        return new Health(Phase.UP, bad, 0, null);
    }

    public static Health down(Cause cause, int good) {
        return new Health(Phase.DOWN, good, 0, cause);
    }

    public static Health ejected(long untilNanos) {
        return new Health(Phase.EJECTED, 0, untilNanos, null);
    }

    public static Health loading() {
        return new Health(Phase.LOADING, 0, 0, null);
    }

    /** Whether requests may be sent to it. */
    public boolean healthy() {
        return phase == Phase.UP;
    }

    /**
     * The same backend at another address: it serves on, so that a moved address moves no session, but its first probe there decides.
     */
    public Health moved(Rules rules) {
        return healthy() ? up(rules.fall() - 1) : unknown();
    }

    /** What follows. */
    public Health on(Event event, Rules rules, long nowNanos) {
        return switch (phase) {
            case UNKNOWN, LOADING -> decided(event);
            case EJECTED -> nowNanos - untilNanos < 0 ? this : decided(event);
            case UP ->
                switch (event) {
                    case PROBE_BAD -> probes + 1 < rules.fall() ? up(probes + 1) : decided(event);
                    case FAULTS -> ejected(nowNanos + rules.ejectNanos());
                    case PROBE_GOOD, PROBE_REFUSED, PROBE_UNAVAILABLE, PROBE_LOADING, REQUEST_LOADING -> decided(event);
                };
            case DOWN ->
                switch (event) {
                    case PROBE_GOOD ->
                        probes + 1 < rules.rise() ? new Health(phase, probes + 1, 0, cause) : decided(event);
                    case REQUEST_LOADING -> this;
                    case PROBE_BAD, PROBE_REFUSED, PROBE_UNAVAILABLE, PROBE_LOADING, FAULTS -> decided(event);
                };
        };
    }

    /** What one event makes of a backend for or against which nothing is counted. */
    private Health decided(Event event) {
        return switch (event) {
            case PROBE_GOOD -> up(0);
            case PROBE_BAD -> down(Cause.PROBE, 0);
            case PROBE_REFUSED -> down(Cause.REFUSED, 0);
            case PROBE_UNAVAILABLE -> down(Cause.UNAVAILABLE, 0);
            case PROBE_LOADING, REQUEST_LOADING -> loading();
            case FAULTS -> this;
        };
    }
}
