// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard in a real browser, over a real proxy and demo replicas. */
@Tag("browser")
class DashboardPageTest {

    private static final EngineSettings REPLICA =
            Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).slots(4).decode(500);

    private static Chromium browser;

    private final Replicas replicas = Replicas.start(3, REPLICA);
    private BrowserPage page;

    @BeforeAll
    static void start() {
        browser = Chromium.start();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void close() {
        if (page != null) {
            page.close();
        }
        replicas.close();
    }

    @Test
    void withoutTrafficItSaysSoAndAsksNobodyElse() {
        try (RunningHoming homing = RunningHoming.start(yaml())) {
            open(homing);
            page.awaitText("#summary", "3 replicas up");

            assertThat(page.text("[data-pool=default] .big")).isEqualTo("\u2013");
            assertThat(page.text("[data-pool=default] .now")).contains("no requests yet");
            assertThat(page.text("[data-pool=default] .decisions")).contains("no requests yet");
            assertThat(page.text("#moves")).isEqualTo("none since the start");
            assertThat(page.text("[data-replica=replica-0]")).contains("up", "replica-0", "0 / 4");
            assertThat(page.text("body")).doesNotContain("NaN", "undefined", "null", "Infinity");
            assertThat(page.text("#banner")).isEmpty();
            assertThat(page.requests())
                    .allMatch(url -> url.startsWith(homing.operators() + "/") || url.startsWith("data:"));
            assertThat(page.complaints()).isEmpty();
        }
    }

    @Test
    void itFollowsTheTrafficByItself() {
        try (RunningHoming homing = RunningHoming.start(yaml())) {
            open(homing);
            page.awaitText("[data-pool=default] .now", "no requests yet");
            talk(new Chat(homing.clients()), 6, 5);

            page.awaitText("[data-pool=default] .decisions", "pinned 24");
            page.awaitText("[data-pool=default] .decisions", "placed 6");
            Operator operator = new Operator(homing.operators());
            double share = share(operator);
            page.awaitText("[data-pool=default] .big", String.format(Locale.ROOT, "%.1f\u202f%%", share * 100));
            assertThat(share).isGreaterThan(0.5);
            assertThat(page.text("[data-pool=default] .now")).contains("prompt tokens");
            assertThat(page.text(".facts")).contains("ms");
            for (JsonNode backend : operator.json("/api/backends")) {
                assertThat(page.text("[data-replica=" + backend.path("id").asText() + "] [data-label=Sessions]"))
                        .endsWith(backend.path("sessions").asText());
            }
            page.awaitTrue(
                    "the newest of 30 bars is drawn",
                    "document.querySelector('.chart .bars').getAttribute('d').includes('M116 ')");
            assertThat(page.complaints()).isEmpty();
        }
    }

    @Test
    void replicasAreDrainedEnabledAndTurnedOffByTheirButtons() {
        try (RunningHoming homing = RunningHoming.start(yaml())) {
            Operator operator = new Operator(homing.operators());
            open(homing);

            page.click("[aria-label=\"Drain replica-1\"]");
            awaitState(operator, "replica-1", "drain");
            page.awaitText("[data-replica=replica-1] .state", "drain");
            page.awaitText("#summary", "drained or off: replica-1");
            page.awaitText("#changes", "replica-1 drains");

            page.click("[aria-label=\"Enable replica-1\"]");
            awaitState(operator, "replica-1", "ready");
            page.awaitText("[data-replica=replica-1] .state", "up");

            page.click("[aria-label=\"Turn off replica-1\"]");
            page.awaitText("#confirm-title", "Turn replica-1 off?");
            page.press("Escape");
            page.awaitTrue("the question is gone", "!document.querySelector('#confirm').open");
            assertThat(operator.backend("replica-1").path("state").asText()).isEqualTo("ready");

            page.click("[aria-label=\"Turn off replica-1\"]");
            page.click("#confirm-yes");
            awaitState(operator, "replica-1", "off");
            page.awaitText("[data-replica=replica-1] .state", "off");
            assertThat(page.complaints()).isEmpty();
        }
    }

    @Test
    void aKeyboardIsEnoughAndKeepsItsPlaceWhileFiguresCome() {
        try (RunningHoming homing = RunningHoming.start(yaml())) {
            Operator operator = new Operator(homing.operators());
            open(homing);
            page.awaitText("#summary", "3 replicas up");
            page.focus("#theme");
            page.press("Tab");
            assertThat(focused()).isEqualTo("Drain replica-0");
            page.press("Tab");
            assertThat(focused()).isEqualTo("Turn off replica-0");
            talk(new Chat(homing.clients()), 1, 2);
            page.awaitText("[data-pool=default] .decisions", "pinned 1");
            assertThat(focused()).as("after new figures").isEqualTo("Turn off replica-0");

            page.press("Enter");
            page.awaitText("#confirm-title", "Turn replica-0 off?");
            assertThat(focused()).as("the safe answer").isEqualTo("Cancel");
            page.press("Tab");
            page.press("Enter");

            awaitState(operator, "replica-0", "off");
        }
    }

    @Test
    void aSessionIsExplainedAndItsIdIsNotKept() {
        String id = "secret-conversation-17";
        try (RunningHoming homing = RunningHoming.start(yaml())) {
            String home = new Chat(homing.clients())
                    .ask(new Chat.Question(id, List.of(), "hello", 2))
                    .join()
                    .backend();
            Operator operator = new Operator(homing.operators());
            open(homing);

            page.click("#session");
            page.type(id);
            page.press("Enter");

            JsonNode told = operator.json("/api/explain?session=" + id);
            page.awaitText("#explanation", "Bound to\n" + home);
            page.awaitText("#explanation", told.path("hash").asText());
            page.awaitText("#explanation", told.path("why").asText());
            assertThat(page.value("document.querySelector('#session').value").asText())
                    .isEmpty();
            assertThat(page.value(
                                    "document.documentElement.outerHTML + location.href + JSON.stringify([{...localStorage}, "
                                            + "{...sessionStorage}, performance.getEntries(), history.length])")
                            .asText())
                    .doesNotContain(id);
            assertThat(page.requests()).noneMatch(url -> url.contains(id));
            assertThat(page.complaints()).isEmpty();
        }
    }

    @Test
    void aReplicaThatDiesAndItsSessionsAreTold() {
        try (RunningHoming homing = RunningHoming.start(yaml("health: {interval: 200ms, fall: 1}"))) {
            Chat chat = new Chat(homing.clients());
            String home = chat.ask(new Chat.Question("s", List.of(), "hello", 2))
                    .join()
                    .backend();
            open(homing);
            page.awaitText("[data-replica=" + home + "] [data-label=Sessions]", "1");

            replicas.kill(Integer.parseInt(home.substring("replica-".length())));

            page.awaitText("[data-replica=" + home + "] .state", "down");
            page.awaitText("#summary", "down: " + home);
            page.awaitText("#changes", home + " is down");
            Chat.Told moved =
                    chat.ask(new Chat.Question("s", List.of(), "again", 2)).join();
            page.awaitText("#moves", " to " + moved.backend() + ": fault");

            page.click("#moves button");
            page.awaitText("#explanation", "Bound to\n" + moved.backend());
        }
    }

    @Test
    void aLostConnectionIsSaidAndTheNextOneIsFoundByItself() {
        RunningHoming first = RunningHoming.start(yaml());
        String yaml = yaml().replace(
                        "admin: 127.0.0.1:0", "admin: " + first.operators().getAuthority());
        try {
            open(first);
            page.awaitText("#summary", "3 replicas up");
        } finally {
            first.close();
        }

        page.awaitText("#banner", "Connection lost. These figures are ");
        page.awaitText("#banner", " s old. ");
        page.awaitText("#banner", "These figures are 3 s old");
        assertThat(page.value("document.querySelector('main').className").asText())
                .isEqualTo("stale");

        try (RunningHoming second = RunningHoming.start(yaml)) {
            page.awaitTrue("the banner is gone", "document.querySelector('#banner').hidden");
            assertThat(page.value("document.querySelector('main').className").asText())
                    .isEmpty();
            new Operator(second.operators()).state("replica-2", "drain");
            page.awaitText("[data-replica=replica-2] .state", "drain");
        }
    }

    @Test
    void theTokenIsAskedForAndSentInAHeaderOnly() {
        try (RunningHoming homing = RunningHoming.start(yaml("admin_token: s3cret-of-operators"))) {
            open(homing);
            page.awaitText("#token-box", "admin_token");
            assertThat(page.text("#pools")).isEmpty();

            page.click("#token");
            page.type("wrong");
            page.press("Enter");
            page.awaitText("#token-error", "not accepted");

            page.click("#token");
            page.type("s3cret-of-operators");
            page.press("Enter");
            page.awaitText("#summary", "3 replicas up");
            page.click("[aria-label=\"Drain replica-2\"]");
            page.awaitText("[data-replica=replica-2] .state", "drain");
            assertThat(page.requests()).noneMatch(url -> url.contains("s3cret") || url.contains("wrong"));

            page.reload();
            page.awaitText("[data-replica=replica-2] .state", "drain");
            page.click("#forget-token");
            page.awaitText("#token-box", "admin_token");
        }
    }

    @ParameterizedTest
    @CsvSource({"light, '', light", "dark, '', dark", "light, dark, dark", "dark, light, light"})
    void theThemeIsTheSystemsUntilOneIsChosenAndThenKept(String system, String chosen, String shown) {
        try (RunningHoming homing = RunningHoming.start(yaml())) {
            open(homing);
            page.prefer(system);
            page.awaitText("#summary", "3 replicas up");
            page.value("const choice = document.querySelector('#theme'); choice.value = '" + chosen
                    + "'; choice.dispatchEvent(new Event('change'))");
            page.reload();
            page.awaitText("#summary", "3 replicas up");

            assertThat(page.value("getComputedStyle(document.body).backgroundColor")
                            .asText())
                    .isEqualTo(shown.equals("light") ? "rgb(244, 245, 247)" : "rgb(16, 20, 24)");
            page.value("localStorage.clear()");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 390, 768, 1280})
    void nothingIsCutOffAtAnyWidth(int width) {
        try (RunningHoming homing = RunningHoming.start(yaml())) {
            talk(new Chat(homing.clients()), 3, 2);
            open(homing);
            page.size(width, 900);
            page.awaitText("[data-pool=default] .decisions", "placed 3");
            page.click("#session");
            page.type("some session");
            page.press("Enter");
            page.awaitText("#explanation", "Next request");

            assertThat(page.value("document.documentElement.scrollWidth").asInt())
                    .isLessThanOrEqualTo(width);
            assertThat(page.value("[...document.querySelectorAll('button, td, dd, h2, select, input')]"
                                    + ".filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)"
                                    + ".map(e => e.outerHTML.slice(0, 120)).join()")
                            .asText())
                    .as("wider than their places")
                    .isEmpty();
        }
    }

    /** With the replicas' own slots as limits. */
    private String yaml(String... more) {
        return replicas.yaml(more).replace("\"}", "\", max_inflight: auto}");
    }

    private void open(RunningHoming homing) {
        page = browser.page();
        page.size(1280, 900);
        page.open(homing.operators());
    }

    private String focused() {
        return page.value("document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText")
                .asText();
    }

    private static double share(Operator operator) {
        long prompt = 0;
        long cached = 0;
        for (JsonNode backend : operator.json("/api/backends")) {
            prompt += backend.path("prompt_tokens").asLong();
            cached += backend.path("cached_tokens").asLong();
        }
        return (double) cached / prompt;
    }

    private static void awaitState(Operator operator, String id, String state) {
        Awaitility.await(id + " is " + state)
                .atMost(Duration.ofSeconds(20))
                .until(() -> operator.backend(id).path("state").asText().equals(state));
    }

    private static void talk(Chat chat, int sessions, int turns) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            all.add(new Conversation(chat, "talk-" + i).turns(turns, 4));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }
}
