// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.UpstreamRules;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendTargetTest {

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9101,         127.0.0.1, 9101, 127.0.0.1:9101, /health",
        "http://gpu-0,                  gpu-0,     80,   gpu-0,          /health",
        "HTTPS://gpu-0,                 gpu-0,     443,  gpu-0,          /health",
        "http://gpu-0:81/,              gpu-0,     81,   gpu-0:81,       /health",
        "http://gpu-0:81/a/b%20c/,      gpu-0,     81,   gpu-0:81,       /a/b%20c/health",
        "http://gpu-0:81/a,             gpu-0,     81,   gpu-0:81,       /a/health",
        "http://[::1]:9101,             ::1,       9101, [::1]:9101,     /health",
        "http://[::1],                  ::1,       80,   [::1],          /health",
        "http://llama_server_1:8080/x,  llama_server_1, 8080, llama_server_1:8080, /x/health",
    })
    void aUrlSaysWhereToConnectAndWhatToAskFor(String url, String host, int port, String authority, String target) {
        UpstreamRules.Tls tls = new UpstreamRules.Tls(null, null, null);
        BackendTarget asked = new BackendTarget(
                new BackendTarget.Where(URI.create(url), null), "/health", Map.of(), null, tls, Duration.ofSeconds(1));

        assertThat(asked.host()).isEqualTo(host);
        assertThat(asked.port()).isEqualTo(port);
        assertThat(asked.authority()).isEqualTo(authority);
        assertThat(asked.requestTarget()).isEqualTo(target);
    }
}
