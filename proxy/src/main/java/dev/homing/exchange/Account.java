// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.observe.ProxyObserver;
import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Origin;
import dev.homing.observe.RequestSummary.Route;
import dev.homing.observe.RequestSummary.Timing;
import dev.homing.observe.RequestSummary.Tokens;
import dev.homing.observe.RequestSummary.Traffic;
import org.jspecify.annotations.Nullable;

/** What is told of one exchange: where it goes, how often it was sent again, and how it ended. Confined to its event loop. */
final class Account {

    private static final long NOT_CONNECTING = -1;

    private final Call call;
    private final Approach approach;
    private final ProxyObserver observer;
    private boolean routeTold;
    private int retries;
    private long connectingSince = NOT_CONNECTING;
    private long connectNanos;

    /** @param approach knows where it goes */
    Account(Call call, Approach approach) {
        this.call = call;
        this.approach = approach;
        this.observer = call.scope().shared().observer();
    }

    /** It is known where it goes, or that it goes nowhere; told once, however often this is called. */
    void routed() {
        if (!routeTold) {
            routeTold = true;
            Reception reception = approach.reception();
            observer.routed(reception.pool(), approach.itinerary().decision(), reception.keySource());
        }
    }

    /** It is sent again, because of that. */
    void retried(Failure failure) {
        retries++;
        observer.retried(approach.reception().pool(), failure.retryReason());
    }

    /** There was no idle connection for it, and one is being made; more than once is as once. */
    void connecting() {
        if (connectingSince == NOT_CONNECTING) {
            connectingSince = call.scope().nanoTime().getAsLong();
        }
    }

    /** No connection is being made for it any more, or there never was one. */
    void connectOver() {
        if (connectingSince != NOT_CONNECTING) {
            connectNanos += call.scope().nanoTime().getAsLong() - connectingSince;
            connectingSince = NOT_CONNECTING;
        }
    }

    /** The client left in that phase. */
    void aborted(AbortPhase phase) {
        observer.clientAborted(approach.reception().pool(), phase);
    }

    /** Its session looks like two conversations by now. */
    void suspected() {
        observer.sessionSuspected(approach.reception().pool());
    }

    /** Nanoseconds from its beginning to {@code now}, by the scope's clock. */
    long sinceBegun(long now) {
        return now - call.begun();
    }

    /**
     * It is over; to be called once.
     *
     * @param received bytes of the request's body
     * @param answer null when no backend answered, or the protocol was switched
     * @param tunnel null unless it was
     */
    void ended(Ending ending, long received, @Nullable Answer answer, @Nullable Tunnel tunnel) {
        connectOver();
        Reception reception = approach.reception();
        Itinerary itinerary = approach.itinerary();
        long passed = answer == null ? 0 : answer.passed();
        Traffic traffic = tunnel == null
                ? new Traffic(received, passed, retries)
                : new Traffic(tunnel.received(), tunnel.passed(), retries);
        RequestSummary summary = new RequestSummary(
                new Origin(call.key(), reception.session(), reception.keySource()),
                new Route(reception.pool(), itinerary.backend(), itinerary.decision()),
                ending,
                new Timing(
                        sinceBegun(call.scope().nanoTime().getAsLong()),
                        answer == null || answer.firstTokenNanos() < 0 ? -1 : sinceBegun(answer.firstTokenNanos()),
                        itinerary.waitedNanos(),
                        connectNanos),
                answer == null ? Tokens.NONE : answer.tokens(),
                traffic);
        observer.finished(summary);
        if (call.client().client()) {
            observer.ended(call.head(), summary);
        }
    }
}
