// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.control.Names.Replica;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The replicas that a name stands for, as a value: each answer makes the next one.
 *
 * <pre>
 *   a replica that is      in the answer    not in the answer
 *
 *   unknown                member           -
 *   member(missed)         member(0)        member(missed+1), leaving at {@link #GRACE}
 *   leaving                member(0)        -
 * </pre>
 *
 * Name servers that know more addresses than they tell at once tell others each time, so one answer without a replica proves nothing. The order
 * of an answer means nothing either.
 *
 * @param members by label; at most {@link #MOST}
 */
record Membership(List<Member> members) {

    /** Answers in a row that a replica has to be missing from before it leaves. */
    static final int GRACE = 3;

    /** A bound: of a name with more addresses than this, the first are taken, which are the same for every proxy. */
    static final int MOST = 256;

    static final Membership NONE = new Membership(List.of());

    Membership {
        members = List.copyOf(members);
    }

    /**
     * A replica, and what the answers have shown of it.
     *
     * @param missed answers in a row that were without it
     * @param leftNanos when it began to leave, on the ticker that {@link #on} is given, else 0
     */
    record Member(Replica replica, int missed, long leftNanos) {

        boolean leaving() {
            return missed >= GRACE;
        }

        Member missing(long nowNanos) {
            return leaving() ? this : new Member(replica, missed + 1, missed + 1 == GRACE ? nowNanos : 0);
        }
    }

    /** What an answer makes of it. */
    Membership on(List<Replica> answer, long nowNanos) {
        Map<String, Member> next = new TreeMap<>();
        members.forEach(member -> next.put(member.replica().label(), member.missing(nowNanos)));
        answer.stream()
                .sorted(Comparator.comparing(Replica::label))
                .limit(MOST)
                .forEach(replica -> next.put(replica.label(), new Member(replica, 0, 0)));
        return new Membership(next.values().stream()
                .sorted(Comparator.comparing(Member::leaving))
                .limit(MOST)
                .sorted(Comparator.comparing(member -> member.replica().label()))
                .toList());
    }

    /** The same replicas, of which the next answer decides at once: it is another name's. */
    Membership doubted() {
        return new Membership(members.stream()
                .map(member -> member.leaving() ? member : new Member(member.replica(), GRACE - 1, 0))
                .toList());
    }

    /** Without those that have left and are done. */
    Membership without(Predicate<Member> done) {
        return new Membership(members.stream()
                .filter(member -> !member.leaving() || !done.test(member))
                .toList());
    }
}
