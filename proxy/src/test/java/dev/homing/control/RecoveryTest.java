// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.control.ControlFixture.GOOD;
import static dev.homing.control.ControlFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.HomingConfig;
import dev.homing.routing.BackendState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a pool is coming back from having been out altogether. */
class RecoveryTest {

    private static final HomingConfig THREE =
            Configs.of(Configs.backend("a"), Configs.backend("b"), Configs.backend("c"));
    private static final double GRACE = Recovery.GRACE.toSeconds();

    private final ControlFixture fixture = new ControlFixture();

    @Test
    void aPoolThatStartsIsNotRecovering() {
        fixture.answers("a", GOOD);
        fixture.answers("b", refused("b"));
        fixture.loop.start(THREE);
        fixture.scheduler.run();
        assertThat(fixture.healthy("a")).isTrue();
        assertThat(recovering()).as("c is not known yet").isFalse();

        fixture.answers("c", GOOD);
        fixture.asked.stream()
                .filter(probe -> probe.target().url().getHost().equals("c"))
                .forEach(probe -> probe.answer().complete(GOOD));
        fixture.scheduler.run();
        assertThat(fixture.healthy("c")).isTrue();
        assertThat(recovering()).isFalse();
    }

    @Test
    void aPoolThatLosesSomeOrGetsThemBackIsNotRecovering() {
        fixture.startGood(THREE);
        fail("a", "b");
        assertThat(recovering()).isFalse();
        good("a");
        assertThat(recovering()).isFalse();
    }

    @Test
    void itRecoversFromTheFirstThatIsBackToTheLast() {
        fixture.startGood(THREE);
        fail("a", "b", "c");
        assertThat(recovering()).as("there is nobody to go to").isFalse();

        good("b");
        assertThat(recovering()).isTrue();
        good("a");
        assertThat(recovering()).isTrue();
        good("c");
        assertThat(recovering()).isFalse();
    }

    @Test
    void itIsOverWhenTheTimeForTheOthersIs() {
        fixture.startGood(THREE);
        fail("a", "b", "c");
        fixture.answers("a", GOOD);
        while (!fixture.healthy("a")) {
            fixture.seconds(0.5);
        }
        fixture.seconds(GRACE - 1);
        assertThat(recovering()).isTrue();
        fixture.seconds(1);
        assertThat(recovering()).isFalse();

        good("b");
        assertThat(recovering()).as("that b is back is no outage").isFalse();
    }

    @Test
    void anotherOutageStartsAnew() {
        fixture.startGood(THREE);
        fail("a", "b", "c");
        good("a");
        fixture.seconds(GRACE - 10);
        fail("a");
        assertThat(recovering()).isFalse();

        good("b");
        fixture.seconds(GRACE - 10);
        assertThat(recovering()).isTrue();
    }

    @Test
    void whoShallNotServeIsNotWaitedFor() {
        fixture.startGood(THREE);
        fixture.loop.setState(null, "c", BackendState.OFF, null);
        fixture.scheduler.run();
        fail("a", "b");
        good("a");
        assertThat(recovering()).isTrue();
        good("b");
        assertThat(recovering()).isFalse();
    }

    @Test
    void theEndOfTheTimeAfterCloseHarmsNothing() {
        fixture.startGood(THREE);
        fail("a", "b", "c");
        good("a");
        fixture.loop.close();
        fixture.scheduler.run();
        int tables = fixture.tables.size();

        fixture.seconds(2 * GRACE);

        assertThat(fixture.tables).hasSize(tables);
    }

    private void fail(String... ids) {
        List.of(ids).forEach(id -> fixture.answers(id, refused(id)));
        fixture.seconds(3);
        assertThat(ids).noneMatch(fixture::healthy);
    }

    private void good(String id) {
        fixture.answers(id, GOOD);
        fixture.seconds(5);
        assertThat(fixture.healthy(id)).isTrue();
    }

    private boolean recovering() {
        return fixture.table().pools().get(0).recovering();
    }
}
