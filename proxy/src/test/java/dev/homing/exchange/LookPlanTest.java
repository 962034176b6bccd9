// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.PoolSettings;
import dev.homing.look.PromptShape;
import dev.homing.look.Wanted;
import dev.homing.look.Wanted.OfPrompt;
import dev.homing.routing.SipHash;
import dev.homing.wire.Configs;
import org.junit.jupiter.api.Test;

class LookPlanTest {

    private static final String CHAT = "/v1/chat/completions";

    @Test
    void withOnlyHeadersConfiguredThereIsNothingToLookWith() {
        PoolSettings settings = new Configs().settings();

        assertThat(LookPlan.of(settings.affinity())).isNull();
        assertThat(Generation.PoolSetup.of("default", settings, SipHash.ofSeed("s"))
                        .look())
                .isNull();
    }

    @Test
    void keysAreLookedForWhenNoHeaderNamesTheSession() {
        LookPlan plan = plan(new Configs().bodyKeys("a"));

        assertThat(plan.wanted(false, false, "/x")).isEqualTo(new Wanted(plan.keys(), null));
        assertThat(plan.wanted(true, false, "/x")).isNull();
    }

    @Test
    void promptsAreLookedAtForRequestsThatHaveOne() {
        LookPlan plan = plan(new Configs().sessionsByPrefix());

        assertThat(plan.wanted(false, false, CHAT))
                .isEqualTo(new Wanted(null, new OfPrompt(PromptShape.CHAT, true, false)));
        assertThat(plan.wanted(false, false, "/v1/embeddings")).isNull();
        assertThat(plan.wanted(true, false, CHAT)).isNull();
    }

    @Test
    void homesAreLookedForWhenASessionMayBeNew() {
        LookPlan plan = plan(new Configs().homesByPrefix());
        Wanted opening = new Wanted(null, new OfPrompt(PromptShape.CHAT, false, true));

        assertThat(plan.wanted(true, false, CHAT)).isEqualTo(opening);
        assertThat(plan.wanted(true, true, CHAT)).isNull();
        assertThat(plan.wanted(false, false, CHAT)).isNull();
        assertThat(plan.wanted(true, false, "/v1/embeddings")).isNull();
    }

    @Test
    void oneLookAnswersAllQuestions() {
        LookPlan plan = plan(new Configs().bodyKeys("a").sessionsByPrefix().homesByPrefix());

        assertThat(plan.wanted(false, false, CHAT))
                .isEqualTo(new Wanted(plan.keys(), new OfPrompt(PromptShape.CHAT, true, true)));
        assertThat(plan.wanted(false, false, "/x")).isEqualTo(new Wanted(plan.keys(), null));
    }

    private static LookPlan plan(Configs configs) {
        LookPlan plan = LookPlan.of(configs.settings().affinity());
        assertThat(plan).isNotNull();
        return plan;
    }
}
