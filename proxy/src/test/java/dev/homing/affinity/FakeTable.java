// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.SessionKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A shared table in this process, which answers at once, when the test lets it, or not at all. */
final class FakeTable {

    final Map<SessionKey, String> bindings = new HashMap<>();
    private final List<Line> lines = new ArrayList<>();
    private final Deque<Runnable> held = new ArrayDeque<>();
    private boolean holding;
    private String mark = "first";
    private SharedTable.@Nullable Fault fault;

    /** Questions about sessions so far, of everyone. */
    int asked;

    /** Those of them that a request waited for. */
    int awaited;

    /** The longest life that was asked for last, in milliseconds. */
    long ttlMillis;

    /** What one proxy sees of it. */
    Line line() {
        Line line = new Line();
        lines.add(line);
        return line;
    }

    /** From now on answers, and what is told, wait for {@link #letGo}. */
    void hold() {
        holding = true;
    }

    void letGo() {
        holding = false;
        while (!held.isEmpty()) {
            held.poll().run();
        }
    }

    void fail(SharedTable.Kind kind) {
        fault = new SharedTable.Fault(kind, "as the test says");
    }

    /** As if each question were for a part of the table that is not there. */
    void failInPart(SharedTable.Kind kind) {
        fault = new SharedTable.Fault(kind, "as the test says").ofAPart();
    }

    void work() {
        fault = null;
    }

    void flush() {
        bindings.clear();
        mark = mark + "+";
    }

    private void later(Runnable answer) {
        if (holding) {
            held.add(answer);
        } else {
            answer.run();
        }
    }

    private void publish(SessionKey session, @Nullable Binding binding) {
        for (Line line : lines) {
            if (!line.deaf && line.listener != null) {
                SharedTable.Listener told = line.listener;
                later(() -> told.told(session, binding));
            }
        }
    }

    final class Line implements SharedTable {

        SharedTable.@Nullable Listener listener;

        /** What others do does not come here. */
        boolean deaf;

        @Override
        public void bind(Wish wish, Consumer<Said> then) {
            SessionKey session = wish.session();
            Binding wanted = wish.wanted();
            asked++;
            awaited += wish.awaited() ? 1 : 0;
            ttlMillis = wish.ttlMillis();
            if (fault != null) {
                Fault now = fault;
                later(() -> then.accept(Said.nothing(now)));
                return;
            }
            String before = bindings.get(session);
            if (before == null || wish.expected().contains(before)) {
                bindings.put(session, wanted.text());
                if (!wanted.text().equals(before)) {
                    publish(session, wanted);
                }
            }
            later(() -> then.accept(Said.before(before)));
        }

        @Override
        public void forget(SessionKey session, @Nullable String pool, Consumer<Said> then) {
            if (fault != null) {
                then.accept(Said.nothing(fault));
                return;
            }
            String before = bindings.remove(session);
            publish(session, null);
            later(() -> then.accept(Said.before(before)));
        }

        @Override
        public void passOn(String news) {
            for (Line line : lines) {
                if (!line.deaf && line.listener != null) {
                    line.listener.passedOn(news);
                }
            }
        }

        @Override
        public void beat(Consumer<Pulse> then) {
            then.accept(fault == null ? new Pulse(mark, null) : new Pulse("", fault));
        }
    }
}
