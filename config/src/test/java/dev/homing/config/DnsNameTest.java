// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that stand for several replicas. */
class DnsNameTest {

    @ParameterizedTest
    @CsvSource({
        "dns+http://vllm:8000,                                       vllm,      8000, vllm",
        "dns+http://vllm.ns.svc,                                     vllm.ns.svc, 80, vllm.ns.svc",
        "DNS+HTTPS://vllm.ns.svc,                                    vllm.ns.svc, 443, vllm.ns.svc",
        "dns+http://VLLM.ns.svc.cluster.local.:8000/openai,          VLLM.ns.svc.cluster.local., 8000, vllm.ns.svc.cluster.local",
        "dns+http://llama_server:8080,                               llama_server, 8080, llama_server",
        "dns+http://_http._tcp.vllm.ns.svc,                          _http._tcp.vllm.ns.svc, 0, vllm.ns.svc",
        "dns+https://_http._tcp.vllm,                                _http._tcp.vllm, 0, vllm",
    })
    void aUrlSaysWhatToAskFor(String url, String host, int port, String domain) {
        BackendConfig backend = Project.read("backends: [{id: a, url: '" + url + "'}]")
                .pools()
                .get(0)
                .backends()
                .get(0);
        DnsName name = Objects.requireNonNull(backend.name());

        assertThat(name).isEqualTo(new DnsName(host, port));
        assertThat(name.isService()).isEqualTo(port == 0);
        assertThat(name.domain()).isEqualTo(domain);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dns+http://10.0.0.1:8000",
                "dns+http://[fd00::1]:8000",
                "dns+http://_http._tcp.vllm:8000",
                "dns+http://vllm:0",
                "dns+http://vllm:65536",
                "dns+http://vllm:",
                "dns+http://me:secret@vllm:8000",
                "dns+http://vllm:8000/?q",
                "dns+http://vllm:8000/#f",
                "dns+http:///v1",
                "dns+http:vllm",
                "dns+ftp://vllm",
                "dns://vllm:8000",
            })
    void whatIsNoSuchNameIsRefused(String url) {
        assertThat(Project.errors("backends: [{id: a, url: '" + url + "'}]"))
                .singleElement()
                .asString()
                .contains("backends[0].url: found ")
                .endsWith("dns+http://name:port or dns+http://_service._tcp.name, perhaps with a path");
    }

    @Test
    void anOrdinaryUrlIsNoName() {
        assertThat(DnsName.of(URI.create("http://vllm:8000"))).isNull();
    }

    @Test
    void aNameThatIsHomingItselfIsRefused() {
        assertThat(Project.errors("backends: [{id: a, url: 'dns+http://localhost:8080'}]"))
                .singleElement()
                .asString()
                .endsWith("expected a backend: that is homing's own listen");
    }

    @ParameterizedTest
    @ValueSource(strings = {"resolver.example.org:53", "10.96.0.10", "10.96.0.10:0", "'fd00::1:53'"})
    void aNameServerIsAnAddressThatNeedsNone(String server) {
        assertThat(Project.errors(
                        "backends: [{id: a, url: 'http://a:1'}]\ndiscovery: {dns: {servers: [" + server + "]}}"))
                .singleElement()
                .asString()
                .endsWith("expected an IP address and a port, such as 10.96.0.10:53 or [fd00::10]:53");
    }
}
