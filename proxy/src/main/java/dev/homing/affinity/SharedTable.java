// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.SessionKey;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sticky table that the proxies of a fleet share. It is somewhere else, may be slow and may be away. Any thread may ask it; nobody waits.
 * Each question is answered once, within a second whatever happens, on a thread of the table's own or on the asking one.
 */
public interface SharedTable {

    /** Why a question has no answer. */
    enum Kind {
        /** None came in time; it may have been heeded nevertheless. */
        TIMEOUT,
        /** The table does not do it: it is full, or only a copy, or wants another password. */
        REFUSED,
        /** Nobody is there. */
        AWAY
    }

    /**
     * That a question has no answer.
     *
     * @param reason for an operator, without secrets
     * @param partial whether it says nothing about other sessions: only whoever has this one gave no answer
     */
    record Fault(Kind kind, String reason, boolean partial) {

        public Fault(Kind kind, String reason) {
            this(kind, reason, false);
        }

        /** The same of a table of several parts, each of which may be away by itself. */
        public Fault ofAPart() {
            return new Fault(kind, reason, true);
        }
    }

    /**
     * What the table says.
     *
     * @param before where the session was bound until then, null = nowhere
     * @param fault why it says nothing, null when it does
     */
    record Said(@Nullable String before, @Nullable Fault fault) {

        public static Said before(@Nullable String binding) {
            return new Said(binding, null);
        }

        public static Said nothing(Fault fault) {
            return new Said(null, fault);
        }
    }

    /**
     * That a session be bound.
     *
     * @param expected as which it may be bound already
     * @param ttlMillis for how long that is remembered at least, whatever the answer is
     * @param awaited whether a request waits for the answer, so that it has to come soon or not at all
     */
    record Wish(SessionKey session, List<String> expected, Binding wanted, long ttlMillis, boolean awaited) {

        public Wish {
            expected = List.copyOf(expected);
        }

        /** Where the session is bound by that answer. */
        String bindingAfter(Said said) {
            String before = said.before();
            return before == null || expected.contains(before) ? wanted.text() : before;
        }
    }

    /**
     * A sign of life.
     *
     * @param mark the same for as long as the table has lost nothing; empty without a sign
     * @param fault why there is none, null when there is
     */
    record Pulse(String mark, @Nullable Fault fault) {}

    /** Told what others do, in the order in which it happened; one at a time. */
    interface Listener {

        /** The session is bound there from now on; null = nowhere. The listener's own deeds are told as well. */
        void told(SessionKey session, @Nullable Binding binding);

        /** Some proxy has passed that on, be it the listener's own. */
        void passedOn(String news);

        /** Something may have happened that was not told. */
        void missed();
    }

    /** Binds a session if it is bound nowhere, or as is expected; else it stays as it is. In one step: of two that ask at the same moment one is first. */
    void bind(Wish wish, Consumer<Said> then);

    /** Forgets a session, if it is bound in that pool where one is given. */
    void forget(SessionKey session, @Nullable String pool, Consumer<Said> then);

    /** Passes something on to all listeners that are there now. Nobody is told whether it arrived. */
    void passOn(String news);

    /** Asks for a sign of life, and has the table come back if it is away, which may take seconds. */
    void beat(Consumer<Pulse> then);
}
