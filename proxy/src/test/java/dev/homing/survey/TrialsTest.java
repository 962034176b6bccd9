// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.demo.EngineSettings;
import dev.homing.demo.FakeEngine;
import dev.homing.wire.RecordingOrigin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrialsTest {

    private static Asker asker;

    @BeforeAll
    static void open() {
        asker = new Asker(null);
    }

    @AfterAll
    static void close() {
        asker.close();
    }

    private static Trial trial(EngineSettings settings) throws Exception {
        try (FakeEngine engine = FakeEngine.start(settings)) {
            Trial trial = asker.trial(engine.address(), "demo-8b");
            assertThat(engine.stats().requests().received()).isEqualTo(2);
            assertThat(engine.stats().tokens().generated()).isEqualTo(2);
            return trial;
        }
    }

    @Test
    void aLlamaServerTellsWhatItHadCachedInStreamsToo() throws Exception {
        Trial.Answered seen = (Trial.Answered) trial(EngineSettings.llamaServer());

        assertThat(seen.cached()).isPositive().isLessThan(seen.prompt());
        assertThat(seen.streams()).isTrue();
    }

    @Test
    void aVllmTellsItWithItsFlagAndItsStreamsTellNothingUnasked() throws Exception {
        Trial.Answered seen = (Trial.Answered) trial(EngineSettings.vllm());

        assertThat(seen.cached()).isPositive().isLessThan(seen.prompt());
        assertThat(seen.streams()).isFalse();
    }

    @Test
    void aVllmWithoutTheFlagTellsTokensAndNoCachedOnes() throws Exception {
        Trial.Answered seen = (Trial.Answered) trial(EngineSettings.vllm().cacheReport(false));

        assertThat(seen.prompt()).isPositive();
        assertThat(seen.cached()).isEqualTo(Trial.UNTOLD);
    }

    @Test
    void aRefusalIsToldAndNotRepeated() throws Exception {
        Site site = Site.vllm();
        try (RecordingOrigin origin = site.open()) {
            assertThat(asker.trial(origin.address(), "m"))
                    .isEqualTo(new Trial.Failed("POST /v1/completions answered 404"));
        }
        assertThat(site.asked()).containsExactly("POST /v1/completions");
    }

    @Test
    void aServerThatIsGoneIsTold() throws Exception {
        assertThat(asker.trial(RecordingOrigin.nowhere(), "m"))
                .isInstanceOfSatisfying(
                        Trial.Failed.class, failed -> assertThat(failed.why()).contains("refuses connections"));
    }
}
