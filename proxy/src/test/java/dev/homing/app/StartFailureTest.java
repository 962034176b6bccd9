// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Why a proxy does not start, in words for the operator. */
class StartFailureTest {

    @ParameterizedTest
    @ValueSource(strings = {"io_uring", "epoll", "nio"})
    void aPortInUseIsNamedOnEveryTransport(String io) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            String unavailable = "io: " + io + " is not available here";

            assertThat(failure(address, "none", io))
                    .isIn("listen: " + address + ": Address already in use", unavailable);
            assertThat(failure("127.0.0.1:0", address, io))
                    .isIn("admin: " + address + ": Address already in use", unavailable);
        }
    }

    @Test
    void aHostThatIsNoneIsNamed() throws Exception {
        String nowhere = "no-such-host.invalid:80";

        assertThat(failure(nowhere, "none", "auto")).isEqualTo("listen: " + nowhere + ": cannot resolve it");
        assertThat(failure("127.0.0.1:0", nowhere, "auto")).isEqualTo("admin: " + nowhere + ": cannot resolve it");
    }

    @Test
    void aCertificateThatCannotBeReadIsNamed() throws Exception {
        String listen = "[{address: '127.0.0.1:0', tls: {certificates: [{certificate: /no/such.pem, key: key.pem}]}}]";

        assertThat(failure(listen, "none", "auto")).isEqualTo("listen: tls: /no/such.pem: no such file");
    }

    private static String failure(String listen, String admin, String io) throws Exception {
        String yaml = """
                listen: %s
                admin: %s
                admin_token: secret
                io: %s
                backends: [{id: a, url: "http://127.0.0.1:1"}]
                """.formatted(listen, admin, io);
        HomingConfig config = ConfigReader.read("test.yaml", yaml, name -> null);
        StartFailure failure =
                catchThrowableOfType(StartFailure.class, () -> ProxyRuntime.start(config, ConfigSource.fixed(config)));
        return failure.getMessage().replaceFirst("(is not available here): .*", "$1");
    }
}
