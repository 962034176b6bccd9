// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No secret is ever printed: not by an error, not by a record, not by the effective configuration. */
class SecretsTest {

    private static final String GOOD = "backends: [{id: a, url: 'http://127.0.0.1:9101'}]\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin_token: 'hunter2 hunter2'",
                "admin_token: [hunter2]",
                "admin_token: !hunter2 x",
                "admin_token: !hunter2!x y",
                "admin_token: *hunter2",
                "admin_token: ${NOT_SET:-hunter2 x}",
                "admin_token: ${SECRET} x",
                "admin_token: '${SECRET'",
                "admin_token: @hunter2",
                "admin_token: a\nadmin_token: hunter2",
                "admin_tokn: hunter2",
                "affinity: {seed: ''}\nupstream_authorization: \"Bearer hunter2\\n\"",
                "affinity: {seed: [hunter2]}",
                "affinity: {share: 'redis://:hunter2@host:6379/0/1'}",
                "affinity: {share: 'http://:hunter2@host:6379/0'}",
                "affinity: {share: 'redis://hunter2 hunter2'}",
                "affinity: {share: 'redis://:hunter2%@host'}",
                "affinity: {share: 'redis://u:hunter2@host/?password=hunter2'}",
                "upstream_authorization: \"Bearer hunter2\\u0007\"",
                "upstream_authorization: {Bearer: hunter2}",
                "tracing: http://user:hunter2@collector:4318",
                "tracing: http://user:my hunter2@collector:4318",
                "pools: {a: {backends: [{id: a, url: 'http://user:hunter2@10.0.0.1:1'}]}}",
                "pools: {a: {backends: [{id: a, url: 'http://10.0.0.1:1', headers: {Authorization: \"hunter2\\n\"}}]}}",
                "pools: {a: {admin_token: hunter2, backends: [{id: a, url: 'http://10.0.0.1:1'}]}}",
            })
    void anErrorAboutASecretDoesNotShowIt(String lines) {
        assertThat(Project.errors(GOOD + lines + "\n", Map.of("SECRET", "hunter2")))
                .isNotEmpty()
                .allSatisfy(error -> assertThat(error).doesNotContain("hunter2"));
    }

    @Test
    void neitherRecordsNorTheEffectiveConfigurationShowSecrets() {
        HomingConfig config = Project.read(GOOD + """
                admin_token: hunter2
                upstream_authorization: Bearer hunter2
                affinity: {seed: hunter2, share: "rediss://homing:hunter2@cache/3"}
                """);
        HomingConfig headers = Project.read("""
                backends: [{id: a, url: "http://10.0.0.1:1", headers: {X-Api-Key: hunter2, authorization: Bearer hunter2}}]
                """);
        HomingConfig pools = Project.read("""
                pools:
                  chat:
                    backends: [{id: a, url: "http://10.0.0.1:1", headers: {X-Api-Key: hunter2}}]
                    upstream_authorization: Bearer hunter2
                """);

        assertThat(config.server().adminToken()).isEqualTo(new Secret("hunter2"));
        assertThat(List.of(config, headers, pools)).allSatisfy(any -> {
            assertThat(any.toString()).doesNotContain("hunter2");
            assertThat(EffectiveConfig.of(any).toString()).doesNotContain("hunter2");
            assertThat(EffectiveConfig.toYaml(any)).doesNotContain("hunter2");
        });
        assertThat(EffectiveConfig.toYaml(config))
                .contains(
                        "admin_token: '***'",
                        "seed: '***'",
                        "share: rediss://homing:***@cache:6379/3",
                        "upstream_authorization: '***'");
        assertThat(EffectiveConfig.toYaml(headers)).contains("X-Api-Key: '***'", "authorization: '***'");
        assertThat(EffectiveConfig.toYaml(pools)).contains("X-Api-Key: '***'", "upstream_authorization: '***'");
    }

    @Test
    void aTokenOfAnEmptyVariableIsAnErrorAndNotNoToken() {
        assertThat(Project.errors(GOOD + "admin_token: \"${TOKEN}\"\n", Map.of("TOKEN", "")))
                .containsExactly(
                        "h.yaml:2:14: admin_token: found a value that is not shown, expected a token of visible ASCII without blanks");
    }
}
