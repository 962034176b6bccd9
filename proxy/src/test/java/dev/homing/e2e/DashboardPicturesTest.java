// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Takes the pictures of {@code docs/dashboard.md}, with {@code -Dhoming.screenshots=true}: four minutes of conversations over three demo replicas, of
 * which one dies, comes back after ten seconds with nothing in its cache, and gets new conversations.
 */
@Tag("browser")
@EnabledIfSystemProperty(named = "homing.screenshots", matches = "true")
class DashboardPicturesTest {

    private static final Path IMAGES = Path.of(System.getProperty("project.root", "."), "docs", "images");
    private static final int MOST_BYTES = 150_000;
    private static final int VICTIM = 1;

    private final Random random = new Random(5);
    private final List<CompletableFuture<Void>> talks = new ArrayList<>();

    /** Written by the test's thread, read by those of the conversations. */
    private volatile boolean over;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aReplicaThatWasRestartedShows() throws Exception {
        Files.createDirectories(IMAGES);
        try (Replicas replicas =
                        Replicas.start(3, EngineSettings.llamaServer().slots(8).cacheTokens(400_000));
                RunningHoming homing = RunningHoming.start(replicas.yaml().replace("\"}", "\", max_inflight: auto}"));
                Chromium browser = Chromium.start();
                BrowserPage page = browser.page()) {
            Chat chat = new Chat(homing.clients());
            begin(chat, 24, Duration.ofSeconds(20));
            page.size(1280, 900);
            page.open(homing.operators());
            pass(Duration.ofSeconds(150));
            replicas.kill(VICTIM);
            pass(Duration.ofSeconds(10));
            replicas.restart(VICTIM);
            pass(Duration.ofSeconds(40));
            begin(chat, 15, Duration.ofSeconds(12));
            pass(Duration.ofSeconds(18));
            page.click("#session");
            page.type("conversation-3");
            page.press("Enter");
            page.awaitText("#explanation", "Next request");
            page.awaitText("#summary", "cold: " + Replicas.id(VICTIM));
            take(page);
        } finally {
            over = true;
        }
        CompletableFuture.allOf(talks.toArray(CompletableFuture[]::new)).get(1, TimeUnit.MINUTES);
    }

    private static void take(BrowserPage page) throws IOException {
        page.value(
                "document.activeElement.blur(); document.querySelector('#explain-box').hidden = false; scrollTo(0, 0)");
        Map<String, byte[]> taken = new LinkedHashMap<>();
        for (int width : new int[] {1280, 390}) {
            for (String theme : List.of("light", "dark")) {
                page.size(width, 900);
                page.prefer(theme);
                page.awaitTrue(
                        "drawn anew",
                        "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))) && true");
                page.size(
                        width,
                        page.value("document.documentElement.scrollHeight").asInt());
                taken.put("dashboard-" + width + "-" + theme + ".png", page.picture());
            }
        }
        for (Map.Entry<String, byte[]> one : taken.entrySet()) {
            byte[] picture = FewColours.of(one.getValue());
            assertThat(picture.length).as(one.getKey()).isLessThan(MOST_BYTES);
            Files.write(IMAGES.resolve(one.getKey()), picture);
        }
    }

    private void begin(Chat chat, int sessions, Duration within) {
        for (int i = 0; i < sessions; i++) {
            String session = "conversation-" + talks.size();
            List<String> history = List.of("system", "You are a careful engineer.".repeat(60) + text(3_000));
            talks.add(CompletableFuture.runAsync(() -> {}, after(within.toMillis() * i / sessions))
                    .thenCompose(now -> talk(chat, session, history)));
        }
    }

    /** One turn after the other, as a person who reads and thinks, until all is over. */
    private CompletableFuture<Void> talk(Chat chat, String session, List<String> history) {
        if (over) {
            return CompletableFuture.completedFuture(null);
        }
        return chat.ask(new Chat.Question(session, history, text(200), 40)).thenCompose(told -> {
            List<String> longer = new ArrayList<>(history);
            if (!told.failed()) {
                longer.addAll(List.of("user", told.said(), "assistant", told.text()));
            }
            return CompletableFuture.runAsync(() -> {}, after(between(6_000, 12_000)))
                    .thenCompose(thought -> talk(chat, session, List.copyOf(longer)));
        });
    }

    /** So many tokens that nobody else says. */
    private String text(int tokens) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens; i++) {
            text.append(' ').append(between(100, 999));
        }
        return text.toString();
    }

    private int between(int low, int high) {
        synchronized (random) {
            return low + random.nextInt(high - low + 1);
        }
    }

    private static Executor after(long millis) {
        return CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
    }

    /** Real time, because the pictures show some. */
    private static void pass(Duration time) {
        try {
            CompletableFuture.runAsync(() -> {}, after(time.toMillis())).join();
        } catch (CompletionException e) {
            throw new AssertionError(e);
        }
    }
}
