// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be set on requests to a backend. */
class BackendHeadersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "content-length",
                "Expect",
                "Forwarded",
                "HOST",
                "HTTP2-Settings",
                "Keep-Alive",
                "Proxy-Authorization",
                "Proxy-Connection",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade",
                "Via",
                "X-Forwarded-For",
            })
    void whatFramesAMessageOrIsSetByProxiesIsRefused(String name) {
        assertThat(Project.errors(
                        "backends:\n  - {id: a, url: 'http://10.0.0.1:1', headers: {X-A: 1, " + name + ": x}}"))
                .containsExactly(
                        "h.yaml:2:57: backends[0].headers." + name + ": found \"" + name
                                + "\", expected a header's name (a token, RFC 9110) that neither frames a message nor is set by proxies");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"X-data-parallel-rank", "Authorization", "X-Api-Key", "Hosts", "Viaduct", "X-Forward", "Proxy"})
    void otherHeadersMayBeSet(String name) {
        HomingConfig config = Project.read("backends: [{id: a, url: 'http://10.0.0.1:1', headers: {" + name + ": x}}]");

        assertThat(config.pools().get(0).backends().get(0).headers()).isEqualTo(Map.of(name, new Secret("x")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "backends: [{id: a, url: 'http://10.0.0.1:1', headers: {authorization: x}}] | 2:71: backends[0].headers.authorization",
                "pools: {p: {backends: [{id: a, url: 'http://10.0.0.1:1', headers: {Authorization: x}}]}} | 2:83: pools.p.backends[0].headers.Authorization",
                "pools: {p: {upstream_authorization: other, backends: [{id: a, url: 'http://10.0.0.1:1', headers: {Authorization: x}}]}} | 2:114: pools.p.backends[0].headers.Authorization",
            })
    void twoAuthorizationsAreRefused(String backends, String place) {
        assertThat(Project.errors("upstream_authorization: Bearer x\n" + backends.strip()))
                .containsExactly("h.yaml:" + place
                        + ": found Authorization beside upstream_authorization, expected one of the two");
    }

    @Test
    void aPoolThatTurnsTheCommonAuthorizationOffMayHaveOneABackend() {
        HomingConfig config = Project.read("""
                upstream_authorization: Bearer x
                pools:
                  p:
                    upstream_authorization: none
                    backends: [{id: a, url: "http://10.0.0.1:1", headers: {Authorization: Bearer y}}]
                """);

        assertThat(config.pools().get(0).backends().get(0).headers())
                .isEqualTo(Map.of("Authorization", new Secret("Bearer y")));
    }
}
