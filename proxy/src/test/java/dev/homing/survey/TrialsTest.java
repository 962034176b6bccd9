// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.demo.EngineSettings;
import dev.homing.demo.FakeEngine;
import dev.homing.wire.RecordingOrigin;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TrialsTest {

    @AutoClose
    private static final Asker asker = new Asker(null);

    private static Survey of(String... models) {
        return of(new Engine.Unknown(), models);
    }

    private static Survey of(Engine engine, String... models) {
        return new Survey(
                new Finding.Ready(),
                engine,
                Stream.of(models).map(name -> new Survey.Model(name, 0)).toList(),
                false);
    }

    private static Trial trial(EngineSettings settings) throws Exception {
        try (FakeEngine engine = FakeEngine.start(settings)) {
            Trial trial = asker.trial(engine.address(), of("demo-8b"));
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
            assertThat(asker.trial(origin.address(), of("m")))
                    .isEqualTo(new Trial.Failed("POST /v1/completions answered 404"));
        }
        assertThat(site.asked()).containsExactly("POST /v1/completions");
    }

    @Test
    void aRouterIsNotMadeToLoadAModelAndOneThatListsNoneIsNotAsked() throws Exception {
        Engine router = new Engine.LlamaServer(new Engine.Props("b1", 0, 0, false, false, true));
        Site site = Site.vllm();
        try (RecordingOrigin origin = site.open()) {
            assertThat(asker.trial(origin.address(), of(router, "m")))
                    .isEqualTo(new Trial.Failed("a router may load a model for it, and unload another"));
            assertThat(asker.trial(origin.address(), of())).isEqualTo(new Trial.Failed("it lists no models"));
        }
        assertThat(site.asked()).isEmpty();
    }

    @Test
    void aServerThatIsGoneIsTold() throws Exception {
        assertThat(asker.trial(RecordingOrigin.nowhere(), of("m")))
                .isInstanceOfSatisfying(
                        Trial.Failed.class, failed -> assertThat(failed.why()).contains("refuses connections"));
    }
}
