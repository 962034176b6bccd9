// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import dev.homing.routing.Life;

/**
 * What is known of the runs of a backend's engine, as a value: a sign makes the next one.
 *
 * <pre>
 *   sign             what follows
 *
 *   gone             another life, unless it was gone already; when it started is not known any more
 *   doubt            not sure
 *   alive            not gone; sure, unless there is a start time that has to be compared first
 *   told its start   sure; another life when it is not the one that was told before
 *   tells no start   sure; another life when it told one before
 * </pre>
 *
 * While it is gone, start times are of the run before and do not count.
 *
 * @param life what the router goes by
 * @param gone its address refused, or said that it loads, and no good probe since
 * @param startedSeconds since 1970; {@link #NOT_TOLD}, or {@link #NOT_ASKED}
 */
public record Lives(Life life, boolean gone, double startedSeconds) {

    private static final double NOT_TOLD = 0;
    private static final double NOT_ASKED = -1;

    /** What can be seen of it. */
    public enum Sign {
        /** Nobody listened, it was loading its model, or it has another address. */
        GONE,
        /** It may have gone: a connection failed or broke, a probe got no good answer. */
        DOUBT,
        /** A good probe. */
        ALIVE
    }

    /** One of which nothing was seen yet. */
    public static Lives unknown() {
        return new Lives(Life.FIRST, false, NOT_ASKED);
    }

    /** What follows. */
    public Lives on(Sign sign) {
        return switch (sign) {
            case GONE -> gone ? this : new Lives(new Life(life.number() + 1, false), true, NOT_ASKED);
            case DOUBT -> with(false);
            case ALIVE -> new Lives(new Life(life.number(), life.sure() || startedSeconds <= 0), false, startedSeconds);
        };
    }

    /** What follows from what its metrics say. */
    public Lives on(StartTime told) {
        if (gone || told instanceof StartTime.NoAnswer) {
            return this;
        }
        return started(told instanceof StartTime.Told start ? start.epochSeconds() : NOT_TOLD);
    }

    /** Whether its start time should be asked for: it never was in this life, or only that can rule a restart out. */
    public boolean isQuestion() {
        return !gone && (startedSeconds == NOT_ASKED || !life.sure());
    }

    private Lives started(double seconds) {
        boolean another = startedSeconds > 0 && startedSeconds != seconds;
        return new Lives(new Life(life.number() + (another ? 1 : 0), true), false, seconds);
    }

    private Lives with(boolean sure) {
        return new Lives(new Life(life.number(), sure), gone, startedSeconds);
    }
}
