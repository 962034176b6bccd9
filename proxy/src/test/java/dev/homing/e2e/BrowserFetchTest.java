// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page of somewhere else that streams answers with {@code fetch}, as {@code docs/clients.md} has it, in a real browser. */
@Tag("browser")
class BrowserFetchTest {

    private static final byte[] EMPTY_PAGE =
            "<!doctype html><title>talking</title><body>".getBytes(StandardCharsets.UTF_8);

    private static HttpServer elsewhere;
    private static Chromium browser;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(200, EMPTY_PAGE.length);
            exchange.getResponseBody().write(EMPTY_PAGE);
            exchange.close();
        });
        elsewhere.start();
        browser = Chromium.start();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        elsewhere.stop(0);
    }

    @Test
    void aPageComesHome() throws Exception {
        try (ClientScene scene = ClientScene.plain()) {
            talk(scene, snippet(), "1.1");
        }
    }

    @Test
    void aPageComesHomeOverTlsAndHttp2() throws Exception {
        try (ClientScene scene = ClientScene.tls(folder)) {
            talk(scene, snippet().replace("http://127.0.0.1:8080", "https://localhost:8443"), "2");
        }
    }

    private static String snippet() {
        List<ClientsDoc.Block> blocks = ClientsDoc.written("js");
        assertThat(blocks).hasSize(1);
        return blocks.get(0).text();
    }

    private static void talk(ClientScene scene, String snippet, String version) {
        try (BrowserPage page = browser.page()) {
            page.trustAnybody();
            page.open(URI.create("http://127.0.0.1:" + elsewhere.getAddress().getPort() + "/"));
            page.awaitTrue("the page is there", "document.title === 'talking'");
            page.value("void (async () => {" + scene.addressed(snippet) + "})().then("
                    + "() => document.title = 'done', e => document.title = 'failed: ' + e)");
            page.awaitTrue("the talk has ended", "document.title !== 'talking'");
            assertThat(page.value("document.title").asText()).isEqualTo("done");
            String shown = page.text("body");
            assertThat(page.complaints()).isEmpty();

            List<ClientCall> calls = scene.generated();
            ClientCall.assertTurns(calls, 2, "header:x-session-id", version);
            assertThat(ClientTools.words(shown))
                    .isEqualTo(calls.stream().mapToLong(ClientCall::answered).sum());
        }
    }
}
