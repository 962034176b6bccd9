// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.homing.config.BackendConfig;
import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.config.RouteConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drafts, read as homing reads any configuration: each must say what was meant, and nothing that is refused. */
class DraftTest {

    private static final DraftYaml.Frame FRAME =
            new DraftYaml.Frame("homing.yaml", "127.0.0.1:8080", "127.0.0.1:9090", null, null);

    private static Survey llama(int slots, String... models) {
        Engine.Props props = new Engine.Props("b1", slots, 8192, true, false, false);
        return new Survey(new Finding.Ready(), new Engine.LlamaServer(props), named(models), false);
    }

    private static Survey vllm(boolean locked, String... models) {
        return new Survey(new Finding.Ready(), new Engine.Vllm("0.25.0", null), named(models), locked);
    }

    private static Survey gone() {
        return new Survey(new Finding.Unreached("refused"), new Engine.Unknown(), List.of(), false);
    }

    private static List<Survey.Model> named(String... models) {
        return Stream.of(models).map(name -> new Survey.Model(name, 0)).toList();
    }

    private static Draft draft(Survey... surveys) {
        List<Draft.Found> found = new ArrayList<>();
        for (Survey survey : surveys) {
            found.add(new Draft.Found(URI.create("http://127.0.0.1:" + (9101 + found.size())), survey));
        }
        return Draft.of(found);
    }

    private static HomingConfig read(String yaml, @Nullable String key) throws ConfigErrors {
        return ConfigReader.read("draft.yaml", yaml, name -> key);
    }

    private static HomingConfig read(Draft draft) throws ConfigErrors {
        return read(DraftYaml.of(draft, FRAME), null);
    }

    private static List<String> ids(PoolConfig pool) {
        return pool.backends().stream().map(BackendConfig::id).toList();
    }

    @Test
    void replicasOfOneModelAreOnePoolWithTheirSlotsAsLimits() throws ConfigErrors {
        HomingConfig config = read(draft(llama(4, "m"), llama(4, "m")));

        PoolConfig pool = config.pools().get(0);
        assertThat(pool.name()).isEqualTo("default");
        assertThat(ids(pool)).containsExactly("gpu-0", "gpu-1");
        assertThat(pool.backends())
                .allMatch(backend -> backend.maxInflight() == BackendConfig.AUTO && backend.weight() == 1);
        assertThat(config.edge().responseHeaders()).isTrue();
    }

    @Test
    void weightsFollowSlotsWhereTheyDifferAndAreLeftOutWhereTheyDoNot() throws ConfigErrors {
        assertThat(read(draft(llama(4, "m"), llama(6, "m"), llama(12, "m")))
                        .pools()
                        .get(0)
                        .backends())
                .extracting(BackendConfig::weight)
                .containsExactly(1.0, 1.5, 3.0);
        assertThat(DraftYaml.of(draft(llama(4, "m"), llama(4, "m")), FRAME)).doesNotContain("weight");
        assertThat(DraftYaml.of(draft(llama(4, "m"), vllm(false, "m")), FRAME)).doesNotContain("weight");
    }

    @Test
    void aVllmGetsNoLimitAndIsToldOfItsFlagsOnce() throws ConfigErrors {
        Draft draft = draft(vllm(false, "m"), vllm(false, "m"));

        assertThat(read(draft).pools().get(0).backends()).allMatch(backend -> backend.maxInflight() == 0);
        assertThat(DraftYaml.of(draft, FRAME)).containsOnlyOnce("--enable-prompt-tokens-details");
    }

    @Test
    void replicasOfDifferentModelsAreAPoolEachWithRoutesByModel() throws ConfigErrors {
        HomingConfig config =
                read(draft(llama(4, "/models/Qwen3 8B.gguf"), vllm(false, "org/Llama-4"), llama(4, "Qwen3 8B.gguf")));

        assertThat(config.pools()).extracting(PoolConfig::name).containsExactly("qwen3-8b", "llama-4");
        assertThat(ids(config.pools().get(0))).containsExactly("gpu-0", "gpu-2");
        assertThat(ids(config.pools().get(1))).containsExactly("gpu-1");
        assertThat(config.routes())
                .extracting(RouteConfig::model, RouteConfig::pool)
                .containsExactly(
                        tuple("/models/Qwen3 8B.gguf", "qwen3-8b"),
                        tuple("Qwen3 8B.gguf", "qwen3-8b"),
                        tuple("org/Llama-4", "llama-4"),
                        tuple(null, "qwen3-8b"));
    }

    @Test
    void everyPoolKeepsTheModelThatItIsNamedFor() throws ConfigErrors {
        HomingConfig config = read(draft(vllm(false, "base", "other", "lora"), vllm(false, "other", "lora")));

        assertThat(config.routes())
                .extracting(RouteConfig::model, RouteConfig::pool)
                .containsExactly(
                        tuple("base", "base"), tuple("lora", "base"), tuple("other", "other"), tuple(null, "base"));
    }

    @Test
    void oneThatWasNotReachedIsTakenForAReplicaOfTheOnlyModelThereIs() throws ConfigErrors {
        Draft draft = draft(llama(4, "m"), gone());

        assertThat(ids(read(draft).pools().get(0))).containsExactly("gpu-0", "gpu-1");
        assertThat(DraftYaml.of(draft, FRAME))
                .contains("  # not reached (refused) when this was written\n  - id: gpu-1");
        assertThat(ids(read(draft(gone(), gone())).pools().get(0))).containsExactly("gpu-0", "gpu-1");
    }

    @Test
    void oneThatWasNotReachedIsLeftToItsOwnerWhereThereAreSeveralModels() throws ConfigErrors {
        Draft draft = draft(llama(4, "m"), gone(), llama(4, "n"));

        assertThat(read(draft).pools()).extracting(DraftTest::ids).containsExactly(List.of("gpu-0"), List.of("gpu-2"));
        assertThat(DraftYaml.of(draft, FRAME))
                .contains("#   - {id: NAME, url: http://127.0.0.1:9102}   not reached (refused)");
    }

    @Test
    void aKeyThatIsWantedIsMentionedAndOneThatIsGivenIsSent() throws ConfigErrors {
        Draft draft = draft(vllm(true), vllm(true));

        assertThat(DraftYaml.of(draft, FRAME)).contains("\n# upstream_authorization: Bearer ${BACKEND_API_KEY}\n");
        assertThat(read(draft).defaults().upstream().authorization()).isNull();
        DraftYaml.Frame keyed = new DraftYaml.Frame("f", "127.0.0.1:8080", "127.0.0.1:9090", "LLM_KEY", null);
        var authorization =
                read(DraftYaml.of(draft, keyed), "s3cret").defaults().upstream().authorization();
        assertThat(authorization).isNotNull();
        assertThat(authorization.value()).isEqualTo("Bearer s3cret");
    }

    @Test
    void anAuthorityIsWrittenDown() throws ConfigErrors {
        String file = "/etc/my ca/${x}\"\\.pem";
        DraftYaml.Frame frame = new DraftYaml.Frame("f", "[::]:8443", "127.0.0.1:9090", null, file);

        HomingConfig config = read(DraftYaml.of(draft(llama(4, "m")), frame), null);

        assertThat(config.defaults().upstream().tls().ca()).isEqualTo(Path.of(file));
        assertThat(config.server().listen().get(0).address().toString()).isEqualTo("[::]:8443");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a: b # c", "null", "${HOME}", "\"quoted\\", "- x", "模型", "any", "none", "7", "..", "{}", "'"})
    void modelsMayBeCalledAnything(String name) throws ConfigErrors {
        HomingConfig config = read(draft(llama(4, name), llama(4, "plain"), llama(4, "Plain.gguf")));

        assertThat(config.routes().get(0).model()).isEqualTo(name);
        assertThat(config.pools())
                .extracting(PoolConfig::name)
                .doesNotHaveDuplicates()
                .contains("plain", "plain-2");
    }
}
