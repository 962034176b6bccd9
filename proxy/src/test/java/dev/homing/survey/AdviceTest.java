// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.BackendConfig;
import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.PoolConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviceTest {

    private static final Engine.Props PROPS = new Engine.Props("b1", 4, 8192, true, false, false);

    private static PoolConfig pool(String yaml) throws ConfigErrors {
        return ConfigReader.read("test.yaml", yaml, name -> null).pools().get(0);
    }

    private static Survey llama(Engine.Props props, String... models) {
        return new Survey(
                new Finding.Ready(),
                new Engine.LlamaServer(props),
                List.of(models).stream().map(name -> new Survey.Model(name, 0)).toList(),
                false);
    }

    private static Survey vllm(Engine.@Nullable Cache cache) {
        return new Survey(
                new Finding.Ready(), new Engine.Vllm("0.25.0", cache), List.of(new Survey.Model("m", 0)), false);
    }

    private static List<String> told(String backend, String rest, Survey survey, @Nullable Trial trial)
            throws ConfigErrors {
        PoolConfig pool = pool("backends: [{id: a, url: \"http://127.0.0.1:1\"" + backend + "}]\n" + rest);
        return Advice.of(pool.backends().get(0), pool.settings(), survey, trial).stream()
                .map(remark -> remark.weight() + " " + remark.text())
                .toList();
    }

    @Test
    void ofALlamaServerThatIsAsItShouldBeThereIsNothingToSay() throws ConfigErrors {
        assertThat(told(", max_inflight: auto", "", llama(PROPS), null)).isEmpty();
        assertThat(told(", max_inflight: 4", "", llama(PROPS), new Trial.Answered(100, 99, true)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | ADVICE has 4 slots and no max_inflight: what is beyond waits inside it, unseen (expected: max_inflight: auto)",
                "9 | WARNING has 4 slots and max_inflight: 9: what is beyond waits inside it, unseen (expected: auto, or --parallel 9)",
                "5 | WARNING has 4 slots and max_inflight: 5: what is beyond waits inside it, unseen (expected: auto, or --parallel 5)",
                "3 | ADVICE has 4 slots of which max_inflight: 3 leaves 1 idle"
            })
    void slotsAreHeldBesideMaxInflight(int limit, String remark) throws ConfigErrors {
        assertThat(told(", max_inflight: " + limit, "", llama(PROPS), null)).containsExactly(remark);
    }

    @Test
    void metricsMatterMoreWhereSessionsReturnHome() throws ConfigErrors {
        Survey without = llama(new Engine.Props("b1", 4, 8192, false, false, false));

        assertThat(told(", max_inflight: auto", "", without, null))
                .containsExactly("ADVICE started without --metrics, with which its own counters can be scraped");
        assertThat(told(", max_inflight: auto", "affinity: {on_return: home}", without, null))
                .singleElement()
                .asString()
                .startsWith("WARNING started without --metrics, so that on_return: home cannot tell");
    }

    @Test
    void aLoneSlotASleeperAndARouterAreSaidSomethingOf() throws ConfigErrors {
        Survey odd = llama(new Engine.Props("b1", 1, 8192, true, true, true));

        assertThat(told(", max_inflight: auto", "", odd, null))
                .hasSize(3)
                .allMatch(remark -> remark.startsWith("ADVICE "))
                .anyMatch(remark -> remark.contains("--parallel N"))
                .anyMatch(remark -> remark.contains("--sleep-idle-seconds"))
                .anyMatch(remark -> remark.contains("a router"));
    }

    @Test
    void aVllmIsToldWhichFlagsAreMissing() throws ConfigErrors {
        Survey off = vllm(new Engine.Cache(false, 0, 2));

        assertThat(told(", max_inflight: auto", "", off, new Trial.Answered(100, Trial.UNTOLD, false)))
                .hasSize(5)
                .anyMatch(remark -> remark.startsWith("WARNING ") && remark.contains("--enable-prefix-caching"))
                .anyMatch(remark -> remark.startsWith("WARNING 2 engines") && remark.contains("X-data-parallel-rank"))
                .anyMatch(remark -> remark.startsWith("WARNING max_inflight: auto"))
                .anyMatch(remark -> remark.startsWith("WARNING ") && remark.contains("--enable-prompt-tokens-details"))
                .anyMatch(remark -> remark.startsWith("ADVICE ") && remark.contains("--enable-force-include-usage"));
    }

    @Test
    void aVllmThatTellsAndKeepsEverythingIsSaidNothingOf() throws ConfigErrors {
        Survey good = vllm(new Engine.Cache(true, 1000, 2));

        assertThat(told(", headers: {x-data-parallel-rank: \"1\"}", "", good, new Trial.Answered(100, 96, true)))
                .isEmpty();
    }

    @Test
    void aCacheThatHadNothingOfARepeatedPromptIsWarnedOf() throws ConfigErrors {
        assertThat(told(", max_inflight: auto", "", llama(PROPS), new Trial.Answered(100, 0, true)))
                .singleElement()
                .asString()
                .startsWith("WARNING had nothing of a prompt that was sent again in its cache")
                .contains("--no-cache-prompt");
        assertThat(told(", max_inflight: auto", "", llama(PROPS), new Trial.Failed("no answer within 60s")))
                .containsExactly("ADVICE generated nothing to look at: no answer within 60s");
    }

    @Test
    void aKeyThatIsWantedIsAdviceAndOneThatIsRefusedAWarning() throws ConfigErrors {
        Survey locked = new Survey(new Finding.Ready(), new Engine.LlamaServer(null), List.of(), true);

        assertThat(told("", "", locked, null)).singleElement().asString().startsWith("ADVICE wants an API key");
        assertThat(told("", "upstream_authorization: Bearer x", locked, null))
                .singleElement()
                .asString()
                .startsWith("WARNING does not accept the key");
        assertThat(told(", headers: {authorization: x}", "", locked, null))
                .singleElement()
                .asString()
                .startsWith("WARNING does not accept the key");
    }

    @Test
    void whatIsNotServingIsWarnedOf() throws ConfigErrors {
        Survey gone = new Survey(new Finding.Unreached("x refuses"), new Engine.Unknown(), List.of(), false);
        Survey loading = new Survey(new Finding.Loading(), new Engine.LlamaServer(null), List.of(), false);
        Survey unwell = new Survey(new Finding.Unwell(404), new Engine.Unknown(), List.of(), false);
        Survey stranger = new Survey(new Finding.Ready(), new Engine.Unknown(), List.of(), false);

        assertThat(told("", "", gone, null))
                .containsExactly("WARNING not reached: x refuses; it starts down and is taken up when it answers");
        assertThat(told("", "", loading, null)).isEmpty();
        assertThat(told("", "health: {path: /up}", unwell, null))
                .containsExactly(
                        "WARNING GET /up answered 404, so it gets no requests (expected: 2xx; health.path says what is asked)");
        assertThat(told("", "", stranger, null))
                .containsExactly("WARNING neither a llama-server nor a vLLM, and it lists no models at /v1/models");
    }

    @Test
    void anApisBaseUrlInPlaceOfTheServersIsGuessed() throws ConfigErrors {
        PoolConfig pool = pool("backends: [{id: a, url: \"http://127.0.0.1:1/v1/\"}]");
        Survey unwell = new Survey(new Finding.Unwell(404), new Engine.Unknown(), List.of(), false);

        assertThat(Advice.of(pool.backends().get(0), pool.settings(), unwell, null))
                .extracting(Remark::text)
                .anyMatch(text -> text.endsWith("(expected: a url without /v1)"));
    }

    private static List<String> beside(String yaml, Survey... surveys) throws ConfigErrors {
        PoolConfig pool = pool(yaml);
        Map<BackendConfig, Survey> seen = new LinkedHashMap<>();
        for (int i = 0; i < surveys.length; i++) {
            seen.put(pool.backends().get(i), surveys[i]);
        }
        return PoolAdvice.of(seen).stream()
                .map(remark -> remark.weight() + " " + remark.text())
                .toList();
    }

    private static final String TWO =
            "backends: [{id: a, url: \"http://127.0.0.1:1\"}, {id: b, url: \"http://127.0.0.1:2\"}]";

    @Test
    void replicasOfOneModelAreSaidNothingOf() throws ConfigErrors {
        assertThat(beside(TWO, llama(PROPS, "/data/m.gguf"), llama(PROPS, "/models/m.gguf")))
                .isEmpty();
        assertThat(beside(TWO, llama(PROPS, "base", "lora-1"), llama(PROPS, "base", "lora-2")))
                .isEmpty();
        assertThat(beside(TWO, llama(PROPS, "m"), llama(PROPS))).isEmpty();
    }

    @Test
    void replicasOfDifferentModelsAreWarnedOf() throws ConfigErrors {
        assertThat(beside(TWO, llama(PROPS, "m"), llama(PROPS, "n")))
                .containsExactly(
                        "WARNING no model that all backends serve: a m, b n (expected: a pool for each model, with routes by model)");
    }

    @Test
    void contextsAndSlotsThatDifferAreMentioned() throws ConfigErrors {
        Survey large = llama(new Engine.Props("b1", 8, 16384, true, false, false), "m");

        assertThat(beside(TWO, llama(PROPS, "m"), large))
                .containsExactly(
                        "ADVICE a conversation that fits in one does not fit in another, by context: a 8192, b 16384",
                        "ADVICE new sessions are shared out by weight, which does not follow the slots: a 4, b 8");
        assertThat(beside(
                        "backends: [{id: a, url: \"http://127.0.0.1:1\"}, {id: b, url: \"http://127.0.0.1:2\", weight: 2}]",
                        llama(PROPS, "m"),
                        llama(new Engine.Props("b1", 8, 8192, true, false, false), "m")))
                .isEmpty();
    }
}
