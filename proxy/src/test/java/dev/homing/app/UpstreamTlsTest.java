// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.homing.config.UpstreamRules;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PEM files that a configuration names change on their own. */
class UpstreamTlsTest {

    @TempDir
    static Path certificates;

    @TempDir
    private Path folder;

    private final UpstreamTls tls = new UpstreamTls();
    private Path ca;
    private UpstreamRules.Tls rules;

    @BeforeAll
    static void make() throws Exception {
        for (String name : List.of("old", "new")) {
            String store = certificates.resolve(name + ".p12").toString();
            keytool(
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=" + name,
                    "-keystore",
                    store,
                    "-storepass",
                    "password");
            String pem = certificates.resolve(name).toString();
            keytool("-exportcert", "-rfc", "-file", pem, "-keystore", store, "-storepass", "password");
        }
    }

    private static void keytool(String... arguments) throws Exception {
        Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process keytool = new ProcessBuilder(Stream.concat(Stream.of(program.toString()), Arrays.stream(arguments))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(certificates.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
    }

    @BeforeEach
    void configure() throws Exception {
        ca = folder.resolve("ca.pem");
        rules = new UpstreamRules.Tls(ca, null, null);
        put("old");
    }

    private void put(String name) throws Exception {
        Files.copy(certificates.resolve(name), ca, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aFileThatSaysTheSameKeepsItsContext() throws Exception {
        SslContext before = tls.context(rules);
        put("old");

        tls.read(List.of(rules)).run();

        assertThat(tls.context(rules)).isSameAs(before);
    }

    @Test
    void aFileThatWasReplacedIsTakenWhenToldAndNotBefore() throws Exception {
        SslContext before = tls.context(rules);
        put("new");

        assertThat(tls.context(rules)).isSameAs(before);
        tls.read(List.of(rules)).run();
        assertThat(tls.context(rules)).isNotSameAs(before);
    }

    @Test
    void aFileThatCannotBeUsedChangesNothing() throws Exception {
        UpstreamRules.Tls other = new UpstreamRules.Tls(folder.resolve("other.pem"), null, null);
        SslContext before = tls.context(rules);
        put("new");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> tls.read(List.of(rules, other)))
                .withMessage("upstream_tls: " + other.ca() + ": no such file");
        Files.writeString(folder.resolve("other.pem"), "no certificate");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tls.read(List.of(rules, other)))
                .withMessageContaining("other.pem");

        assertThat(tls.context(rules)).isSameAs(before);
    }
}
