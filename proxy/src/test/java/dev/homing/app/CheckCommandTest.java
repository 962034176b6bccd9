// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    private static final String POOLS = """
            pools:
              chat: {backends: [{id: a, url: "http://127.0.0.1:1"}]}
              embed: {backends: [{id: b, url: "http://127.0.0.1:2"}]}
            """;

    @TempDir
    private Path folder;

    private Path file;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void name() {
        file = folder.resolve("homing.yaml");
    }

    @Test
    void itSaysWhatItWouldDo() throws IOException {
        assertThat(check(POOLS + "routes: [{match: {path_prefix: /v1/embeddings}, pool: embed}, {pool: chat}]"))
                .isZero();

        assertThat(out.toString().lines())
                .startsWith(file + ": valid")
                .contains(
                        "listen   http://127.0.0.1:8080",
                        "admin    http://127.0.0.1:9090",
                        "backend  chat/a http://127.0.0.1:1 weight 1.0 ready",
                        "route    path /v1/embeddings -> embed",
                        "route    everything -> chat");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aPoolThatNoRouteLeadsToIsWarnedOf() throws IOException {
        assertThat(check(POOLS + "routes: [{pool: chat}]")).isZero();

        assertThat(err.toString().lines()).containsExactly("warning: pool embed: no route leads to it");
    }

    @Test
    void everyErrorIsALineAndTheirNumberTheLast() throws IOException {
        assertThat(check(POOLS + "routes: [{pool: caht}]\nthreads: many")).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .containsExactly(
                        file
                                + ":4:17: routes[0].pool: found \"caht\", expected the name of a pool: chat, embed (did you mean chat?)",
                        file + ":5:10: threads: found \"many\", expected a whole number from 0 to 1024",
                        file + ": 2 errors");
    }

    @Test
    void aCertificateThatCannotBeUsedHereIsWarnedOf() throws IOException {
        assertThat(check("""
                backends: [{id: a, url: "https://127.0.0.1:1"}]
                upstream_tls: {ca: /no/such/ca.pem}
                """)).isZero();

        assertThat(err.toString().lines()).containsExactly("warning: upstream_tls: /no/such/ca.pem: no such file");
    }

    @Test
    void aListenersCertificateIsReadAndWarnedOfWhenItCannotBeUsedHere() throws IOException {
        assertThat(check("""
                listen: [{address: "127.0.0.1:8443", tls: {certificates: [{certificate: /no/such.pem, key: key.pem}]}}]
                backends: [{id: a, url: "http://127.0.0.1:1"}]
                """)).isZero();

        assertThat(out.toString().lines()).contains("listen   https://127.0.0.1:8443");
        assertThat(err.toString().lines()).containsExactly("warning: listen: tls: /no/such.pem: no such file");
    }

    @Test
    void theSharedTablesCertificatesAreReadAndWarnedOfWhenTheyCannotBeUsedHere() throws IOException {
        Path key = Files.writeString(
                folder.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n");
        String yaml = "backends: [{id: a, url: \"http://127.0.0.1:1\"}]\naffinity: {share: \"rediss://redis?ca=%s\"}\n";

        assertThat(check(yaml.formatted("/no/such/ca.pem"))).isZero();
        assertThat(check(yaml.formatted(key))).isZero();

        assertThat(err.toString().lines())
                .containsExactly(
                        "warning: affinity.share: /no/such/ca.pem: no such file",
                        "warning: affinity.share: " + key
                                + ": no certificate (expected: PEM, -----BEGIN CERTIFICATE-----)");
    }

    @Test
    void aLogThatCannotBeWrittenHereIsWarnedOfAndNoneIsMade() throws IOException {
        Path log = folder.resolve("access.log");
        String backend = "backends: [{id: a, url: \"http://127.0.0.1:1\"}]\n";

        assertThat(check(backend + "access_log: {path: " + log + "}")).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(log).doesNotExist();

        assertThat(check(backend + "access_log: {path: " + folder + "/no/log}")).isZero();
        assertThat(err.toString().lines())
                .containsExactly(
                        "warning: access_log.path: " + folder + "/no/log: cannot be written: no such directory");
    }

    private int check(String yaml) throws IOException {
        Files.writeString(file, yaml);
        return run("check", "-c", file.toString());
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
