// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules between backends, pools and routes. */
class PoolsTest {

    private static final String TWO = """
            pools:
              chat: {backends: [{id: a, url: "http://10.0.0.1:1"}]}
              embed: {backends: [{id: a, url: "http://10.0.0.1:2"}]}
            """;

    @Test
    void backendsAreShortForOnePoolThatTakesEverything() {
        HomingConfig config = Project.read("backends: [{id: a, url: 'http://10.0.0.1:1'}]");

        assertThat(config.pools()).extracting(PoolConfig::name).containsExactly("default");
        assertThat(config.pools().get(0).settings()).isEqualTo(config.defaults());
        assertThat(config.routes()).containsExactly(new RouteConfig(null, null, Map.of(), null, "default"));
    }

    @Test
    void aSinglePoolNeedsNoRoutes() {
        HomingConfig config = Project.read("pools: {only: {backends: [{id: a, url: 'http://10.0.0.1:1'}]}}");

        assertThat(config.routes()).containsExactly(new RouteConfig(null, null, Map.of(), null, "only"));
    }

    @Test
    void routesAreReadInOrder() {
        HomingConfig config = Project.read(TWO + """
                routes:
                  - match: {host: api.example.org, path_prefix: /v1/embeddings, header: {X-Tier: gold}}
                    pool: embed
                  - pool: chat
                """);

        assertThat(config.routes())
                .containsExactly(
                        new RouteConfig("api.example.org", "/v1/embeddings", Map.of("X-Tier", "gold"), null, "embed"),
                        new RouteConfig(null, null, Map.of(), null, "chat"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 2:3: pools: found 2 pools and no routes, expected routes that say which request goes where",
                "routes: [] | 4:9: routes: found an empty list, expected a list that is not empty",
                "routes: [{pool: caht}] | 4:17: routes[0].pool: found \"caht\", expected the name of a pool: chat, embed (did you mean chat?)",
                "routes: [{match: {}}] | 4:10: routes[0]: found no pool, expected pool: a name of at most 64 letters, digits and . _ : - (neither any nor none)",
                "routes: [{pool: chat}, {pool: embed, match: {host: a}}] | 4:24: routes[1]: found a route that no request reaches, expected it before routes[0], which takes all of its requests",
                "routes: [{pool: chat, match: {path_prefix: /}}, {pool: embed, match: {host: a}}] | 4:49: routes[1]: found a route that no request reaches, expected it before routes[0], which takes all of its requests",
                "routes: [{pool: chat, match: {host: a}}, {pool: embed, match: {host: A, path_prefix: /x}}] | 4:42: routes[1]: found a route that no request reaches, expected it before routes[0], which takes all of its requests",
                "routes: [{pool: chat}, {pool: embed}] | 4:24: routes[1].match: found the same as in routes[0], expected each one once",
                "routes: [{pool: chat, match: {path_prefix: v1}}] | 4:44: routes[0].match.path_prefix: found \"v1\", expected a path that starts with / (no blank, ? or #)",
                "routes: [{pool: chat, match: {header: {X-A: 1, x-a: 2}}}] | 4:48: routes[0].match.header.x-a: found a header that stands there before, expected each header once",
            })
    void aRouteThatMakesNoSenseIsRefused(String routes, String error) {
        assertThat(Project.errors(TWO + routes + "\n")).containsExactly("h.yaml:" + error);
    }

    @Test
    void backendsAndPoolsExcludeEachOther() {
        assertThat(Project.errors("backends: [{id: a, url: 'http://10.0.0.1:1'}]\n" + TWO + "routes: [{pool: chat}]\n"))
                .containsExactly("h.yaml:3:3: pools: found pools beside backends, expected one of the two");
    }

    @Test
    void aPoolNeedsBackends() {
        assertThat(Project.errors("pools:\n  a: {health: {fall: 1}}\n  b:\n"))
                .containsExactly(
                        "h.yaml:2:6: pools.a: found no backends, expected backends: a list, each item a mapping with id and url",
                        "h.yaml:3:5: pools.b: found nothing, expected a mapping with backends");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "timeouts: {request_head: 1s}",
                "timeouts: {request_body: 1s}",
                "timeouts: {client_idle: 1s}",
                "limits: {request_line: 1KiB}",
                "limits: {header_bytes: 1KiB}",
                "limits: {header_count: 10}",
                "limits: {connections: 10}",
                "affinity: {max_sessions: 10}",
                "affinity: {seed: x}",
                "affinity: {snapshot: /tmp/x}",
                "affinity: {share: none}",
                "listen: 127.0.0.1:80",
                "access_log: {format: json}",
                "metering: false",
            })
    void whatHoldsForTheWholeProcessIsRefusedInAPool(String line) {
        assertThat(Project.errors("pools: {a: {backends: [{id: a, url: 'http://10.0.0.1:1'}], " + line + "}}"))
                .singleElement()
                .asString()
                .endsWith("found a key of the top level, expected it there: it holds for the whole process");
    }

    @Test
    void aPoolOverridesSingleKeys() {
        HomingConfig config = Project.read("""
                health: {fall: 5, passive: {failures: 9}}
                upstream_tls: {ca: /ca.pem}
                pools:
                  a:
                    backends: [{id: a, url: "https://10.0.0.1:1/v1"}]
                    health: {rise: 4, passive: {window: 3s}}
                    upstream_tls: {certificate: /c.pem, key: /k.pem}
                    upstream_authorization: Bearer x
                    strip_request_headers: []
                    retry: {attempts: 0}
                """);
        PoolSettings pool = config.pools().get(0).settings();

        assertThat(pool.health().fall()).isEqualTo(5);
        assertThat(pool.health().rise()).isEqualTo(4);
        assertThat(pool.health().passive().failures()).isEqualTo(9);
        assertThat(pool.health().passive().window()).hasSeconds(3);
        assertThat(pool.upstream().tls().ca()).hasToString("/ca.pem");
        assertThat(pool.upstream().tls().key()).hasToString("/k.pem");
        assertThat(pool.upstream().retry().attempts()).isZero();
        assertThat(pool.upstream().stripRequestHeaders()).isEmpty();
        assertThat(config.defaults().upstream().authorization()).isNull();
        assertThat(config.defaults().health().rise()).isEqualTo(2);
    }

    @Test
    void aCertificateInAPoolNeedsItsKeyThere() {
        assertThat(Project.errors("""
                pools:
                  a:
                    backends: [{id: a, url: "https://10.0.0.1:1"}]
                    upstream_tls: {certificate: /c.pem}
                """))
                .containsExactly(
                        "h.yaml:4:19: pools.a.upstream_tls: found a certificate without its key, expected both or neither");
    }

    @Test
    void listenersMayShareAPortOnDifferentAddresses() {
        HomingConfig config = Project.read("""
                listen: ["127.0.0.1:8080", {address: "10.0.0.1:8080"}, {address: "[::1]:8080", proxy_protocol: false, tls: none}]
                admin: none
                backends: [{id: a, url: "http://10.0.0.1:1"}]
                """);

        assertThat(config.server().listen())
                .extracting(l -> l.address().toString())
                .containsExactly("127.0.0.1:8080", "10.0.0.1:8080", "[::1]:8080");
        assertThat(config.server().admin()).isNull();
    }

    @Test
    void freePortsNeverClash() {
        assertThat(Project.errors("listen: ['127.0.0.1:0', '127.0.0.1:0']\nadmin: 127.0.0.1:0\n"
                        + "backends: [{id: a, url: 'http://127.0.0.1:1'}]"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "['127.0.0.1:81', '127.0.0.1:81']",
                "['127.0.0.1:81', 'LOCALHOST:81']",
                "['[::1]:81', '[0:0::1]:81']",
                "[{address: '127.0.0.1:81'}, {address: '127.0.0.1:81', tls: none}]",
            })
    void anAddressIsBoundOnceHoweverItIsWritten(String listen) {
        assertThat(Project.errors("listen: " + listen + "\nbackends: [{id: a, url: 'http://10.0.0.1:1'}]"))
                .singleElement()
                .asString()
                .startsWith("h.yaml:1:")
                .contains(": listen[1]: found \"")
                .endsWith(":81\", expected another address than that of listen[0]");
    }

    @Test
    void aBackendThatIsHomingItselfIsRefusedHoweverItIsWritten() {
        assertThat(Project.errors("listen: '[::1]:80'\nbackends: [{id: a, url: 'http://[0:0:0:0:0:0:0:1]'}]"))
                .containsExactly("h.yaml:2:25: backends[0].url: found \"http://[0:0:0:0:0:0:0:1]\","
                        + " expected a backend: that is homing's own listen");
    }
}
