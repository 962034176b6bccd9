// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What the fleet says to a binding, and that it may not have said so yet. It comes within a fraction of a second if it is awaited, within a second if
 * not, be it that nothing was said.
 */
public final class FleetWord {

    private final boolean awaited;
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();

    private FleetWord(boolean awaited) {
        this.awaited = awaited;
    }

    /** Where requests of the session go depends on it. */
    static FleetWord awaited() {
        return new FleetWord(true);
    }

    /** Nobody waits for it. */
    static FleetWord inPassing() {
        return new FleetWord(false);
    }

    boolean isAwaited() {
        return awaited;
    }

    /** @param known whether the session was bound in the fleet before */
    void over(boolean known) {
        over.complete(known);
    }

    /** Runs {@code then} on {@code loop} when it has come, be it already. */
    public void whenOver(Executor loop, Runnable then) {
        over.thenRunAsync(then, loop);
    }

    public boolean isOver() {
        return over.isDone();
    }

    /** Whether the session was bound in the fleet before, as far as was said by now. */
    public boolean known() {
        return over.getNow(false);
    }
}
