// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static dev.homing.config.BackendConfig.AUTO;
import static dev.homing.control.ControlFixture.GOOD;
import static dev.homing.control.ControlFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.homing.config.BackendConfig;
import dev.homing.health.Outcome;
import dev.homing.health.SlotCount;
import dev.homing.routing.Backend;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** {@code max_inflight}, and what {@code auto} makes of what engines tell. */
class SlotsOfBackendsTest {

    private final ControlFixture fixture = new ControlFixture();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Chronicle.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    @Test
    void aNumberIsTheLimitAndNobodyIsAsked() {
        fixture.slots("a", new SlotCount.Told(9));
        fixture.startGood(Configs.of(Configs.limited("a", 3), Configs.limited("b", 0)));

        assertThat(limit("a")).isEqualTo(3);
        assertThat(limit("b")).isZero();
        assertThat(fixture.slotsAsked).isEmpty();
    }

    @Test
    void byAutoABackendIsNeverSeenToBeUpWithoutTheLimitThatItTells() {
        fixture.slots("a", new SlotCount.Told(4));
        fixture.startGood(Configs.of(Configs.limited("a", AUTO)));

        assertThat(limit("a")).isEqualTo(4);
        assertThat(fixture.tables)
                .flatExtracting(table -> table.pools().get(0).backends())
                .filteredOn(Backend::healthy)
                .extracting(Backend::maxInflight)
                .containsOnly(4);
        assertThat(lines(Level.INFO)).contains("backend a (pool default) takes 4 requests at once: its total_slots");
    }

    @Test
    void itIsAskedOnceAndAgainWhenItComesBack() {
        fixture.slots("a", new SlotCount.Told(4));
        fixture.startGood(Configs.of(Configs.limited("a", AUTO), Configs.backend("b")));
        fixture.seconds(20);
        assertThat(fixture.slotsAsked).containsExactly("a");

        fixture.answers("a", refused("a"));
        fixture.seconds(2);
        assertThat(fixture.healthy("a")).isFalse();
        assertThat(limit("a")).isEqualTo(4);
        fixture.slots("a", new SlotCount.Told(8));
        fixture.answers("a", GOOD);
        fixture.seconds(4);

        assertThat(fixture.healthy("a")).isTrue();
        assertThat(limit("a")).isEqualTo(8);
        assertThat(fixture.slotsAsked).containsExactly("a", "a");
    }

    @Test
    void itIsAskedAgainWhenAConnectionBrokeBecauseItMayHaveBeenStartedAnew() {
        fixture.slots("a", new SlotCount.Told(4));
        fixture.startGood(Configs.of(Configs.limited("a", AUTO), Configs.backend("b")));
        fixture.slots("a", new SlotCount.Told(2));

        fixture.outcome("a", Outcome.RESET);
        fixture.seconds(1);

        assertThat(fixture.healthy("a")).isTrue();
        assertThat(limit("a")).isEqualTo(2);
    }

    @Test
    void anEngineThatTellsNoneHasNoLimitAndThatIsSaidOnce() {
        fixture.startGood(Configs.of(Configs.limited("a", AUTO), Configs.backend("b")));
        fixture.answers("a", refused("a"));
        fixture.seconds(2);
        fixture.answers("a", GOOD);
        fixture.seconds(10);

        assertThat(fixture.healthy("a")).isTrue();
        assertThat(limit("a")).isZero();
        assertThat(fixture.slotsAsked).containsExactly("a", "a");
        assertThat(lines(Level.WARN))
                .filteredOn(line -> line.contains("max_inflight"))
                .containsExactly(
                        "backend a (pool default) has no limit: max_inflight: auto, and /props: answered 404 without any"
                                + " (expected: a llama-server's total_slots)");
    }

    @Test
    void anEngineThatDoesNotAnswerIsAskedAgainAndKeepsWhatItTold() {
        fixture.slots("a", new SlotCount.NoAnswer("answered 500"));
        fixture.startGood(Configs.of(Configs.limited("a", AUTO), Configs.backend("b")));
        fixture.seconds(4);
        assertThat(fixture.healthy("a")).isTrue();
        assertThat(limit("a")).isZero();
        assertThat(fixture.slotsAsked).hasSize(3);
        assertThat(lines(Level.WARN)).hasSize(1);

        fixture.slots("a", new SlotCount.Told(4));
        fixture.seconds(2);
        assertThat(limit("a")).isEqualTo(4);
        fixture.outcome("a", Outcome.RESET);
        fixture.slots("a", new SlotCount.NoAnswer("answered 500"));
        fixture.seconds(4);
        assertThat(limit("a")).isEqualTo(4);
        assertThat(lines(Level.WARN)).hasSize(1);
    }

    @Test
    void aReloadThatTurnsAutoOnAsksAndOneThatTurnsItOffForgets() {
        fixture.slots("a", new SlotCount.Told(4));
        fixture.startGood(Configs.of(Configs.limited("a", 7)));

        fixture.apply(Configs.of(Configs.limited("a", AUTO)));
        fixture.seconds(1);
        assertThat(limit("a")).isEqualTo(4);
        fixture.apply(Configs.of(Configs.limited("a", 0)));
        assertThat(limit("a")).isZero();
    }

    @Test
    void whatAnOldAddressTellsIsNotTheLimitOfTheNewOne() {
        fixture.slots("a", new SlotCount.Told(4));
        fixture.slots("moved", new SlotCount.Told(6));
        fixture.answers("moved", GOOD);
        fixture.startGood(Configs.of(Configs.limited("a", AUTO)));

        fixture.apply(Configs.of(new BackendConfig(
                "a", URI.create("http://moved:8000"), 1.0, AUTO, BackendConfig.State.READY, Map.of())));
        fixture.seconds(1);

        assertThat(limit("a")).isEqualTo(6);
        assertThat(fixture.slotsAsked).containsExactly("a", "moved");
    }

    private int limit(String id) {
        return fixture.backend(id).maxInflight();
    }

    private List<String> lines(Level level) {
        return log.list.stream()
                .filter(event -> event.getLevel().equals(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
