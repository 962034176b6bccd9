// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import java.time.Duration;

/** One moment by which something has to happen, else a task runs. Confined to its event loop. */
public final class Deadline {

    private static final long NEVER = Long.MAX_VALUE;

    private final Deadlines owner;
    private final Runnable expired;
    private long at = NEVER;

    /** Place in the owner's list, -1 once closed; written by the owner. */
    int index;

    Deadline(Deadlines owner, Runnable expired) {
        this.owner = owner;
        this.expired = expired;
    }

    /** Sets or moves it to {@code nanos} from now. */
    public void in(long nanos) {
        at = owner.attendedNanos() + nanos;
    }

    /** Sets or moves it to {@code duration} from now. */
    public void in(Duration duration) {
        in(duration.toNanos());
    }

    /** Unsets it. */
    public void clear() {
        at = NEVER;
    }

    /** Unsets it for good. Harmless when done twice. */
    public void close() {
        at = NEVER;
        if (index >= 0) {
            owner.remove(this);
        }
    }

    void check(long attended) {
        if (at != NEVER && attended - at >= 0) {
            at = NEVER;
            expired.run();
        }
    }
}
