// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgendaTest {

    private final Agenda agenda = new Agenda(-5);
    private final List<String> log = new ArrayList<>();

    @Test
    void thingsHappenInOrderOfTimeAndThenOfEntry() {
        enter(7, "c");
        enter(3, "a");
        enter(7, "d");
        enter(3, "b");

        agenda.run();

        assertThat(log).containsExactly("a at 3", "b at 3", "c at 7", "d at 7");
    }

    @Test
    void whatIsEnteredMeanwhileHappensTooAndNeverInThePast() {
        agenda.at(5, () -> {
            enter(4, "late");
            enter(6, "next");
        });
        enter(5, "same");

        agenda.run();

        assertThat(log).containsExactly("same at 5", "late at 5", "next at 6");
    }

    @Test
    void timeBeginsWhereItIsTold() {
        assertThat(agenda.now()).isEqualTo(-5);
    }

    private void enter(long nanos, String what) {
        agenda.at(nanos, () -> log.add(what + " at " + agenda.now()));
    }
}
