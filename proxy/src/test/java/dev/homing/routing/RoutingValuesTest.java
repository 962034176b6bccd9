// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingValuesTest {

    @ParameterizedTest
    @CsvSource({
        "READY, true, true, true",
        "READY, false, false, false",
        "DRAIN, true, false, true",
        "DRAIN, false, false, false",
        "OFF, true, false, false",
        "OFF, false, false, false"
    })
    void whatABackendServesFollowsFromStateAndHealth(
            BackendState state, boolean healthy, boolean takesNew, boolean keepsPinned) {
        Backend backend = new Backend(0, "a", 1, 1, state, healthy);

        assertThat(backend.takesNew()).isEqualTo(takesNew);
        assertThat(backend.keepsPinned()).isEqualTo(keepsPinned);
    }

    @Test
    void labelsAreTheContracts() {
        assertThat(Arrays.stream(Decision.values()).map(Decision::label))
                .containsExactly(
                        "pinned", "placed", "repinned", "returned", "spilled", "relieved", "no_session", "unroutable");
        assertThat(Arrays.stream(MoveReason.values()).map(MoveReason::label))
                .containsExactly("fault", "drain", "off", "load", "returned");
    }

    @Test
    void keysAreShownAsSixteenDigits() {
        assertThat(new SessionKey(0xabL)).hasToString("00000000000000ab");
        assertThat(new SessionKey(-1).hex()).isEqualTo("ffffffffffffffff");
    }

    @Test
    void slackIsNeverNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PlacementRules.loadAware(-1))
                .withMessage("slackTokens: -1 (expected: >= 0)");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void reliefIsAFactor(double factor) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PlacementRules.RENDEZVOUS.withRelief(factor))
                .withMessage("relief: " + factor + " (expected: >= 0)");
    }

    @Test
    void poolsKnowTheirBackendsBySlot() {
        Pool pool = Pools.of(Pools.RENDEZVOUS, List.of(Pools.backend(6), Pools.backend(2)));

        assertThat(pool.bySlot(6).id()).isEqualTo("gpu-6");
        assertThat(pool.bySlot(0)).isNull();
        assertThat(pool.bySlot(7)).isNull();
        assertThat(pool.name()).isEqualTo("default");
        assertThat(pool.index()).isZero();
    }

    @Test
    void aTableDoesNotChange() {
        List<Pool> pools = Arrays.asList(Pools.of(1));
        RoutingTable table = new RoutingTable(pools, new RouteMatcher(List.of()));
        pools.set(0, Pools.of(2));

        assertThat(table.pools().get(0).backends()).hasSize(1);
        assertThat(table.routes().rules()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.org, /v1/embeddings, gold, 0",
        "API.example.org:8080, /v1/embeddings/x, gold, 0",
        "[::1]:8080, /v1/embeddings, gold, 2",
        "[::1], /v1/rerank, none, 1",
        "other, /v1/embeddingsX, gold, -1",
        "api.example.org, /v1/embeddings, silver, -1",
        "api.example.org, /, gold, -1",
    })
    void theFirstRuleThatMatchesNamesThePool(String host, String path, String tier, int pool) {
        RouteMatcher matcher = new RouteMatcher(List.of(
                new RouteMatcher.Rule("api.example.org", "/v1/embeddings", Map.of("x-tier", "gold"), null, 0),
                new RouteMatcher.Rule(null, "/v1/rerank", Map.of(), null, 1),
                new RouteMatcher.Rule("[::1]", null, Map.of(), null, 2)));

        assertThat(matcher.match(host, path, name -> name.equals("x-tier") ? tier : null))
                .isEqualTo(pool);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/v1/embeddings, qwen3-8b, 0, 0",
                "/v1/embeddings, -, 0, 0",
                "/v1/chat/completions, qwen3-8b, -2, 1",
                "/v1/chat/completions, QWEN3-8b, -2, 3",
                "/v1/chat/completions, llama, -2, 2",
                "/v1/chat/completions, -, -2, 3",
                "/x, qwen3-8b, -1, -1",
                "/v1/x/rerank, llama, -2, 2"
            })
    void aRuleThatAsksForAModelLeavesItOpenUntilTheModelIsKnown(
            String path, @Nullable String model, int byHead, int byModel) {
        RouteMatcher matcher = new RouteMatcher(List.of(
                new RouteMatcher.Rule(null, "/v1/embeddings", Map.of(), null, 0),
                new RouteMatcher.Rule("other", null, Map.of(), new Glob("*"), 0),
                new RouteMatcher.Rule(null, "/v1", Map.of(), new Glob("qwen*"), 1),
                new RouteMatcher.Rule(null, "/v1", Map.of(), new Glob("llama"), 2),
                new RouteMatcher.Rule(null, "/v1", Map.of(), null, 3)));

        assertThat(matcher.match("h", path, name -> null)).isEqualTo(byHead);
        assertThat(matcher.match("h", path, name -> null, model)).isEqualTo(byModel);
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.org, gold, '0, 2, 1'",
        "api.example.org:80, none, '0, 1'",
        "other, gold, '2, 1'",
        "other, none, 1",
    })
    void aClientReachesThePoolsOfAllRulesThatItsHostAndHeadersMatch(String host, String tier, String pools) {
        RouteMatcher matcher = new RouteMatcher(List.of(
                new RouteMatcher.Rule("api.example.org", "/v1/embeddings", Map.of(), null, 0),
                new RouteMatcher.Rule(null, null, Map.of("x-tier", "gold"), new Glob("big"), 2),
                new RouteMatcher.Rule("api.example.org", "/v1/rerank", Map.of(), null, 0),
                new RouteMatcher.Rule(null, "/", Map.of(), null, 1),
                new RouteMatcher.Rule(null, null, Map.of(), null, 3)));

        assertThat(matcher.reachable(host, "/v1/models", name -> name.equals("x-tier") ? tier : null))
                .hasToString("[" + pools + "]");
    }

    @Test
    void aRuleForThePathOfTheQuestionItselfNamesTheOnlyPool() {
        RouteMatcher matcher = new RouteMatcher(List.of(
                new RouteMatcher.Rule(null, null, Map.of(), new Glob("qwen*"), 0),
                new RouteMatcher.Rule("other", "/v1/models", Map.of(), null, 3),
                new RouteMatcher.Rule(null, "/v1/models", Map.of(), new Glob("x"), 2),
                new RouteMatcher.Rule("h", "/v1/models", Map.of(), null, 1)));

        assertThat(matcher.reachable("h", "/v1/models", name -> null)).containsExactly(1);
        assertThat(matcher.reachable("x", "/v1/models", name -> null)).containsExactly(0, 2);
        assertThat(new RouteMatcher(List.of()).reachable("h", "/v1/models", name -> null))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "qwen*, qwen3, true",
        "qwen*, qwen, true",
        "qwen*, Qwen3, false",
        "qwen*, my-qwen, false",
        "*qwen*, my-qwen3, true",
        "q*n*3, qwen-n-3, true",
        "q*n*3, qwen-3-n, false",
        "*aab, aaaaaaab, true",
        "a.c, abc, false",
        "a?c, abc, false",
        "a, a, true",
        "a, ab, false",
        "**, '', true",
        "*, x, true",
    })
    void aStarStandsForAnyText(String pattern, String text, boolean matches) {
        assertThat(new Glob(pattern).matches(text)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/x, /v1, true",
        "/v1, /v1, true",
        "/v1x, /v1, false",
        "/v1/x, /v1/, true",
        "/, /, true",
        "/v2, /v1, false"
    })
    void prefixesEndAtSegments(String path, String prefix, boolean under) {
        assertThat(RouteMatcher.underPrefix(path, prefix)).isEqualTo(under);
    }
}
