// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.KeyPairs;
import dev.homing.demo.EngineSettings;
import dev.homing.demo.FakeEngine;
import dev.homing.survey.Site;
import dev.homing.wire.NameServer;
import dev.homing.wire.RecordingOrigin;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code homing check --probe} as an operator sees it. */
class ProbeReportTest {

    @AutoClose
    private static final FakeEngine llama = FakeEngine.start(EngineSettings.llamaServer());

    @AutoClose
    private static final FakeEngine vllm =
            FakeEngine.start(EngineSettings.vllm().cacheReport(false));

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void withoutItNobodyIsAsked() throws IOException {
        try (RecordingOrigin origin = Site.vllm().open()) {
            String yaml = "backends: [{id: a, url: \"http://127.0.0.1:"
                    + origin.address().getPort() + "\"}]";

            assertThat(check(yaml)).isZero();
            assertThat(origin.connections()).isZero();
            assertThat(check(yaml, "--probe")).isZero();
            assertThat(origin.connections()).isEqualTo(4);
        }
    }

    @Test
    void eachBackendIsToldWithItsCachingAndReporting() throws IOException {
        long before = llama.stats().requests().received();

        assertThat(check("""
                backends:
                  - {id: l, url: "%s", max_inflight: auto}
                  - {id: v, url: "%s"}
                """.formatted(llama.url(), vllm.url()), "--probe")).isZero();

        assertThat(out.toString().lines())
                .contains(
                        "probe    default/l llama-server b10573-d775b8967, model demo-8b, 4 slots, context 65536, ready",
                        "caching  default/l on by default, off with --no-cache-prompt; only an answer shows it (--generate)",
                        "usage    default/l tokens and cached tokens, streams too; needs no flag",
                        "probe    default/v vLLM 0.25.0, model demo-8b, context 131072, ready",
                        "caching  default/v on, 262144 tokens",
                        "usage    default/v cached tokens with --enable-prompt-tokens-details, streams with"
                                + " --enable-force-include-usage or when clients ask; only an answer shows it (--generate)");
        assertThat(err.toString()).isEmpty();
        assertThat(llama.stats().requests().received()).isEqualTo(before);
    }

    @Test
    void generatedTokensShowWhatIsCachedAndTold() throws IOException {
        assertThat(check("""
                backends:
                  - {id: l, url: "%s", max_inflight: auto}
                  - {id: v, url: "%s"}
                """.formatted(llama.url(), vllm.url()), "--probe", "--generate"))
                .isZero();

        assertThat(out.toString())
                .containsPattern(
                        "caching  default/l on: a prompt that was sent again had \\d+ of its \\d+ tokens in it\n")
                .contains("usage    default/l tokens and cached tokens; streams too\n")
                .contains("usage    default/v tokens, not cached ones; streams to clients that ask for it\n");
        assertThat(err.toString())
                .isEqualTo("warning: backend default/v: does not tell cached tokens, which then count as not cached"
                        + " (expected: --enable-prompt-tokens-details)\n");
    }

    @Test
    void generationIsAskedForWithTheProbeOnly() throws IOException {
        assertThat(check("backends: [{id: a, url: \"http://127.0.0.1:1\"}]", "--generate"))
                .isEqualTo(2);
        assertThat(err.toString()).startsWith("--generate: without --probe (expected: both)");
    }

    @Test
    void thoseThatAreNotReachedAreWarnedOfAndFailNothing() throws IOException {
        int port = RecordingOrigin.nowhere().getPort();

        assertThat(check("backends: [{id: a, url: \"http://127.0.0.1:" + port + "\"}]", "--probe"))
                .isZero();

        assertThat(out.toString())
                .contains("probe    default/a not reached (127.0.0.1:" + port + " refuses connections)\n")
                .doesNotContain("caching");
        assertThat(err.toString())
                .isEqualTo("warning: backend default/a: not reached: 127.0.0.1:" + port
                        + " refuses connections; it starts down and is taken up when it answers\n");
    }

    @Test
    void errorsOfTheConfigurationComeBeforeAnyQuestion() throws IOException {
        try (RecordingOrigin origin = Site.vllm().open()) {
            String url = "http://127.0.0.1:" + origin.address().getPort();

            assertThat(check("backends: [{id: a, url: \"" + url + "\"}]\nthreads: many", "--probe"))
                    .isEqualTo(2);
            assertThat(origin.connections()).isZero();
        }
    }

    @Test
    void replicasOfANameAreAskedOneByOne() throws IOException {
        try (NameServer names = NameServer.start()) {
            names.addresses("llm.test", 60, "127.0.0.1");

            assertThat(check("""
                    backends:
                      - {id: a, url: "dns+http://llm.test:%d", max_inflight: auto}
                      - {id: b, url: "dns+http://nobody.test:80"}
                    discovery: {dns: {servers: ["%s"]}}
                    """.formatted(llama.address().getPort(), names.text()), "--probe"))
                    .isZero();
        }

        assertThat(out.toString())
                .contains("probe    default/a@127.0.0.1 llama-server b10573")
                .contains("probe    default/b no replicas\n");
        assertThat(err.toString()).startsWith("warning: backend default/b: ").hasLineCount(1);
    }

    @Test
    void keysHeadersAndCertificatesCountAsTheyDoInService() throws Exception {
        KeyPairs keys = KeyPairs.localhost(folder);
        Path ca = Files.writeString(folder.resolve("ca.pem"), keys.certificatePem());
        try (RecordingOrigin origin = Site.vllm().open(keys.server())) {
            assertThat(check("""
                    backends: [{id: a, url: "https://localhost:%d/llm", headers: {X-data-parallel-rank: "0"}}]
                    upstream_tls: {ca: %s}
                    upstream_authorization: Bearer s3cret
                    health: {path: /up}
                    """.formatted(origin.address().getPort(), ca), "--probe"))
                    .isZero();

            assertThat(origin.conversation(0).received())
                    .startsWith("GET /llm/up HTTP/1.1\r\n")
                    .containsIgnoringCase("authorization: Bearer s3cret\r\n")
                    .containsIgnoringCase("x-data-parallel-rank: 0\r\n");
        }
        assertThat(err.toString())
                .isEqualTo("warning: backend default/a: GET /up answered 404, so it gets no requests"
                        + " (expected: 2xx; health.path says what is asked)\n");
    }

    private int check(String yaml, String... options) throws IOException {
        Path file = Files.writeString(folder.resolve("homing.yaml"), yaml);
        String[] arguments = new String[options.length + 3];
        arguments[0] = "check";
        arguments[1] = "-c";
        arguments[2] = file.toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
