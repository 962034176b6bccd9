// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The exact words and places of errors. */
class MessagesTest {

    private static final String GOOD = "backends: [{id: a, url: 'http://127.0.0.1:9101'}]\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "threads: -1 | threads: found \"-1\", expected a whole number from 0 to 1024",
                "threads: 1.5 | threads: found \"1.5\", expected a whole number from 0 to 1024",
                "threads: 0x10 | threads: found \"0x10\", expected a whole number from 0 to 1024",
                "threads: | threads: found nothing, expected a whole number from 0 to 1024",
                "threads: [1] | threads: found a list, expected a whole number from 0 to 1024",
                "threads: {a: 1} | threads: found a mapping, expected a whole number from 0 to 1024",
                "metering: yes | metering: found \"yes\", expected true or false",
                "io: uring | io: found \"uring\", expected auto or io_uring or epoll or nio",
                "drain_timeout: 5 | drain_timeout: found \"5\", expected a duration such as 250ms, 5s, 10m, 1h or 7d, 0s or longer",
                "drain_timeout: 5 s | drain_timeout: found \"5 s\", expected a duration such as 250ms, 5s, 10m, 1h or 7d, 0s or longer",
                "drain_timeout: 99999999999999d | drain_timeout: found \"99999999999999d\", expected a duration such as 250ms, 5s, 10m, 1h or 7d, 0s or longer",
                "health: {interval: 0s} | health.interval: found \"0s\", expected a duration such as 250ms, 5s, 10m, 1h or 7d, > 0",
                "limits: {peek: 1.5MiB} | limits.peek: found \"1.5MiB\", expected a size such as 64KiB, 32MiB or 1GB, from 0 to 1GiB",
                "limits: {peek: 2GiB} | limits.peek: found \"2GiB\", expected a size such as 64KiB, 32MiB or 1GB, from 0 to 1GiB",
                "listen: 8080 | listen: found \"8080\", expected host:port, such as 127.0.0.1:8080 or [::1]:8080",
                "listen: 127.0.0.1:65536 | listen: found \"127.0.0.1:65536\", expected host:port, such as 127.0.0.1:8080 or [::1]:8080",
                "listen: 127.0.0.256:80 | listen: found \"127.0.0.256:80\", expected host:port, such as 127.0.0.1:8080 or [::1]:8080",
                "listen: '::1:80' | listen: found \"::1:80\", expected host:port, such as 127.0.0.1:8080 or [::1]:8080",
                "listen: '[::zz]:80' | listen: found \"[::zz]:80\", expected host:port, such as 127.0.0.1:8080 or [::1]:8080",
                "trusted_proxies: [10.0.0.1/8] | trusted_proxies[0]: found \"10.0.0.1/8\", expected a block such as 10.0.0.0/8 or fd00::/8, written with its first address",
                "trusted_proxies: [10.0.0.0/33] | trusted_proxies[0]: found \"10.0.0.0/33\", expected a block such as 10.0.0.0/8 or fd00::/8, written with its first address",
                "trusted_proxies: 10.0.0.0/8 | trusted_proxies: found \"10.0.0.0/8\", expected a list",
                "tracing: collector:4318 | tracing: found \"collector:4318\", expected http://host:port or https://host:port, perhaps with a path",
                "tracing: 'http://collector:4318?token=x' | tracing: found \"http://collector:4318?token=x\", expected http://host:port or https://host:port, perhaps with a path",
                "tracing: grpc://collector:4317 | tracing: found \"grpc://collector:4317\", expected http://host:port or https://host:port, perhaps with a path",
                "deny_paths: [sleep] | deny_paths[0]: found \"sleep\", expected a path that starts with / (no blank, ? or #)",
                "deny_paths: [/a, /a] | deny_paths[1]: found the same as in deny_paths[0], expected each one once",
                "affinity: {headers: [X Id]} | affinity.headers[0]: found \"X Id\", expected a header's name (a token, RFC 9110)",
                "affinity: {headers: [X-Id, x-id]} | affinity.headers[1]: found the same as in affinity.headers[0], expected each one once",
                "affinity: [a] | affinity: found a list, expected a mapping with keys such as headers",
                "afinity: {} | afinity: found an unknown key, expected a known one (did you mean affinity?)",
                "affinity: {idle_tll: 1h} | affinity.idle_tll: found an unknown key, expected a known one (did you mean idle_ttl?)",
                "idle_ttl: 1h | idle_ttl: found an unknown key, expected it where it belongs: affinity.idle_ttl",
                "affinity.idle_ttl: 1h | affinity.idle_ttl: found an unknown key, expected one of listen, admin, backends, pools, routes, affinity, queue, health, timeouts, limits, retry, discovery, upstream_authorization, upstream_tls, strip_request_headers, trusted_proxies, keys, deny_paths, admin_token, response_headers, metering, access_log, tracing, sse_ping, drain_timeout, io, threads",
                "retry: {colour: red} | retry.colour: found an unknown key, expected one of attempts, unanswered",
                "upstream_tls: {certificate: c.pem} | upstream_tls: found a certificate without its key, expected both or neither",
                "admin: 0.0.0.0:9090 | admin: found \"0.0.0.0:9090\", expected an address on loopback, or an admin_token that protects it",
                "admin: 127.0.0.1:8080 | admin: found \"127.0.0.1:8080\", expected another address than that of listen",
                "listen: 0.0.0.0:9090 | admin: found \"127.0.0.1:9090\", expected another address than that of listen",
                "listen: 127.0.0.1:9101 | backends[0].url: found \"http://127.0.0.1:9101\", expected a backend: that is homing's own listen",
                "threads: !!int 1 | threads: found a YAML tag (!), expected a value without one",
                "threads: *x | threads: found an alias (*) of an anchor that does not stand before it, expected a value",
                "threads: ${CORES} | threads: found ${CORES}, which is not set, expected a variable of the environment, or ${CORES:-default}",
                "threads: ${CORES:-many} | threads: found \"many\" (from \"${CORES:-many}\"), expected a whole number from 0 to 1024",
                "io: ${1} | io: found ${ without a variable's name and a }, expected ${NAME}, ${NAME:-default}, or $${ for a literal ${",
            })
    void aBadValueIsOneLineThatSaysWhatWasFoundAndWhatIsExpected(String line, String error) {
        assertThat(Project.errors(GOOD + line + "\n"))
                .singleElement()
                .asString()
                .endsWith(": " + error);
    }

    @Test
    void allErrorsComeAtOnceInTheOrderOfTheFile() {
        assertThat(Project.errors("""
                listen: nowhere
                backends:
                  - id: gpu 0
                    url: ftp://10.0.0.1
                  - url: http://10.0.0.1:8000
                    weight: 0
                  - {id: b, url: "http://10.0.0.1:8000", headers: {Content-Length: 1, X-A: 1, x-a: 2}}
                  - {id: b, url: "http://10.0.0.1:8000"}
                affinity:
                  idle_tll: 1h
                  idle_ttl: 0s
                """))
                .containsExactly(
                        "h.yaml:1:9: listen: found \"nowhere\", expected host:port, such as 127.0.0.1:8080 or [::1]:8080",
                        "h.yaml:3:9: backends[0].id: found \"gpu 0\", expected a name of at most 64 letters, digits and . _ : - (neither any nor none)",
                        "h.yaml:4:10: backends[0].url: found \"ftp://10.0.0.1\", expected http://host:port, https://host:port, dns+http://name:port or dns+http://_service._tcp.name, perhaps with a path",
                        "h.yaml:5:5: backends[1]: found no id, expected id: a name of at most 64 letters, digits and . _ : - (neither any nor none)",
                        "h.yaml:6:13: backends[1].weight: found \"0\", expected a number > 0",
                        "h.yaml:7:52: backends[2].headers.Content-Length: found \"Content-Length\", expected a header's name (a token, RFC 9110) that neither frames a message nor is set by proxies",
                        "h.yaml:7:79: backends[2].headers.x-a: found a header that stands there before, expected each header once",
                        "h.yaml:8:10: backends[3].id: found the same as in backends[2], expected each one once",
                        "h.yaml:10:3: affinity.idle_tll: found an unknown key, expected a known one (did you mean idle_ttl?)",
                        "h.yaml:11:13: affinity.idle_ttl: found \"0s\", expected a duration such as 250ms, 5s, 10m, 1h or 7d, > 0");
    }

    @Test
    void anErrorIsAValueWithItsPlace() {
        ConfigErrors errors = assertThrows(
                ConfigErrors.class,
                () -> ConfigReader.read("h.yaml", GOOD + "threads: x\n", Map.<String, String>of()::get));

        assertThat(errors.errors())
                .isEqualTo(List.of(new ConfigError(
                        "h.yaml", 2, 10, "threads", "found \"x\", expected a whole number from 0 to 1024")));
        assertThat(errors.getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "affinity, affinity, 0",
        "afinity, affinity, 1",
        "affintiy, affinity, 1",
        "idle_tll, idle_ttl, 1",
        "abc, '', 3",
        "kitten, sitting, 3",
        "ca, abc, 3",
    })
    void editsBetweenWordsCountASwapAsOne(String a, String b, int distance) {
        assertThat(Words.distance(a, b)).isEqualTo(distance);
        assertThat(Words.distance(b, a)).isEqualTo(distance);
    }
}
