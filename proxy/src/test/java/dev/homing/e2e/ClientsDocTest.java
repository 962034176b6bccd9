// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.ConfigReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code docs/clients.md} says of clients that are not run, sent as it says; and that none of its blocks is left untried. */
class ClientsDocTest {

    private static final Pattern HEADER = Pattern.compile("`([\\w-]+)`");
    private static final String PROMPT = "Where do pigeons go, and who told them? ".repeat(10);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void everyHeaderThatIsLookedForIsInTheTableAndTheOtherWayRound() throws Exception {
        Set<String> told = ClientsDoc.text()
                .lines()
                .dropWhile(line -> !line.startsWith("| client | session header |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split(" \\| ", -1))
                .flatMap(cells -> HEADER.matcher(cells[1] + cells[2]).results().map(found -> found.group(1)))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());

        List<String> defaults = ConfigReader.read(
                        "test.yaml", "backends: [{id: a, url: \"http://127.0.0.1:1\"}]", name -> null)
                .defaults()
                .affinity()
                .identity()
                .headers();
        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(defaults.stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toList());
    }

    /** The program is not run: what is sent, and where to, is what the page says. */
    @ParameterizedTest
    @CsvSource({
        "Claude Code, ANTHROPIC_BASE_URL=, /v1/messages, X-Claude-Code-Session-Id",
        "Goose, OPENAI_HOST=, /v1/chat/completions, agent-session-id",
        "Open WebUI, OPENAI_API_BASE_URL=, /chat/completions, X-OpenWebUI-Chat-Id",
        "LibreChat, baseURL: , /chat/completions, X-Conversation-Id"
    })
    void whatAClientIsSaidToSendBringsItHome(String section, String setting, String path, String header)
            throws Exception {
        String text = ClientsDoc.of(section).get(0).text();
        Matcher address = Pattern.compile(Pattern.quote(setting) + "\\s*\"?(http[^\\s\"]+)")
                .matcher(text);
        assertThat(address.find()).as(setting).isTrue();

        try (ClientScene scene = ClientScene.plain()) {
            URI url = URI.create(scene.addressed(address.group(1)) + path);
            ask(url, "{\"model\":\"my-model\",", header, "conversation-42");
            ask(url, "{\"model\":\"my-model\",", header, "conversation-42");

            ClientCall.assertTurns(scene.generated(), 2, "header:" + header.toLowerCase(Locale.ROOT), "1.1");
        }
    }

    @Test
    void anOlderClaudeCodeIsFoundByItsBody() throws Exception {
        try (ClientScene scene =
                ClientScene.plain(ClientsDoc.of("Claude Code").get(1).text())) {
            URI url = URI.create(scene.addressed("http://127.0.0.1:8080/v1/messages"));
            String named = "{\"metadata\":{\"user_id\":\"user_0_account__session_0a1b\"},";
            ask(url, named);
            ask(url, named);

            ClientCall.assertTurns(scene.generated(), 2, "body:metadata.user_id", "1.1");
        }
    }

    @ParameterizedTest
    @CsvSource({"X-Claude-Code-Session-Id, X-Claude-Code-Agent-Id", "session-id, thread-id"})
    void subagentsAreSessionsOfTheirOwnWhereTheirHeaderStandsFirst(String shared, String own) throws Exception {
        String yaml = ClientsDoc.of("Side calls and subagents").get(0).text();
        try (ClientScene scene = ClientScene.plain(yaml)) {
            URI url = URI.create(scene.addressed("http://127.0.0.1:8080/v1/messages"));
            ask(url, "{", shared, "a");
            ask(url, "{", shared, "a", own, "b");
            ask(url, "{", shared, "a", own, "c");
            ask(url, "{", shared, "a");

            List<ClientCall> calls = scene.generated();
            assertThat(calls).extracting(ClientCall::decision).containsExactly("placed", "placed", "placed", "pinned");
            assertThat(calls.get(3).session()).isEqualTo(calls.get(0).session());
            assertThat(calls.stream().map(ClientCall::session).distinct()).hasSize(3);
        }
    }

    static Stream<ClientsDoc.Block> configurations() {
        return ClientsDoc.written("yaml").stream().filter(block -> block.file().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void aConfigurationOfHomingStarts(ClientsDoc.Block block) throws Exception {
        try (ClientScene scene = ClientScene.plain(block.text())) {
            ask(URI.create(scene.addressed("http://127.0.0.1:8080/v1/messages")), "{", "X-Session-Id", "a");

            assertThat(scene.generated()).hasSize(1).allSatisfy(ClientCall::assertWhole);
        }
    }

    /** A new block has to be named here, and so by a test. */
    @Test
    void everyBlockIsTried() {
        assertThat(ClientsDoc.blocks())
                .extracting(Object::toString)
                .containsExactly(
                        "Side calls and subagents, yaml",
                        "Claude Code, sh",
                        "Claude Code, yaml",
                        "Codex, toml, ~/.codex/config.toml",
                        "OpenCode, json, opencode.json",
                        "Goose, sh",
                        "Goose, yaml",
                        "Open WebUI, sh",
                        "LibreChat, yaml, librechat.yaml",
                        "LiteLLM in front, yaml, litellm.yaml",
                        "LiteLLM in front, sh",
                        "LiteLLM in front, python",
                        "OpenAI SDK for Python, python",
                        "OpenAI SDK for Python, python",
                        "Anthropic SDK for Python, python",
                        "OpenAI SDK for TypeScript, ts",
                        "Anthropic SDK for TypeScript, ts",
                        "OpenAI SDK for Java, java",
                        "Anthropic SDK for Java, java",
                        "curl, sh",
                        "fetch in a browser, js",
                        "Over TLS and HTTP/2, sh",
                        "Over TLS and HTTP/2, python",
                        "Over TLS and HTTP/2, ts",
                        "Clients that send no header, yaml");
    }

    private void ask(URI url, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        body + "\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"" + PROMPT + "\"}]}"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        assertThat(http.send(request.build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }
}
