// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** One page in a browser, used as a person does: by what it shows, a mouse and a keyboard. */
final class BrowserPage implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK_EACH = Duration.ofMillis(50);

    private final DevTools tools;

    BrowserPage(DevTools tools) {
        this.tools = tools;
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            tools.send(domain + ".enable");
        }
    }

    /** @param width of the window in CSS pixels, as its height */
    void size(int width, int height) {
        tools.send(
                "Emulation.setDeviceMetricsOverride",
                tools.parameters()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", width < 600));
    }

    /** What the system around the browser prefers. */
    void prefer(String colorScheme) {
        ObjectNode parameters = tools.parameters();
        parameters
                .putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", colorScheme);
        tools.send("Emulation.setEmulatedMedia", parameters);
    }

    /** Whatever certificate a server shows. */
    void trustAnybody() {
        tools.send("Security.setIgnoreCertificateErrors", tools.parameters().put("ignore", true));
    }

    void open(URI url) {
        tools.send("Page.navigate", tools.parameters().put("url", url.toString()));
    }

    /** Until the new document is there: what is looked at next is not the old one's. */
    void reload() {
        value("window.leaving = true");
        tools.send("Page.reload");
        awaitTrue("the page is loaded anew", "!window.leaving && document.readyState === 'complete'");
    }

    /** The value of a JavaScript expression. */
    JsonNode value(String expression) {
        JsonNode told = tools.send(
                "Runtime.evaluate",
                tools.parameters().put("expression", expression).put("returnByValue", true));
        if (told.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + told.path("exceptionDetails"));
        }
        return told.path("result").path("value");
    }

    /** What a person reads in an element; empty when it is not there or hidden. */
    String text(String selector) {
        return value("(e => e && e.checkVisibility() ? e.innerText.trim() : '')(" + query(selector) + ")")
                .asText();
    }

    void awaitText(String selector, String part) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(LOOK_EACH)
                .untilAsserted(() -> assertThat(text(selector)).as(selector).contains(part));
    }

    void awaitTrue(String what, String expression) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(LOOK_EACH)
                .until(() -> value(expression).asBoolean());
    }

    /** By the mouse, in the middle of an element that has to be there and visible. */
    void click(String selector) {
        awaitTrue(selector + " is visible", "!!" + query(selector) + "?.checkVisibility()");
        JsonNode at = value(
                "(e => { e.scrollIntoView({block: 'center', behavior: 'instant'}); const b = e.getBoundingClientRect();"
                        + " return [b.x + b.width / 2, b.y + b.height / 2]; })(" + query(selector) + ")");
        for (String type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
            ObjectNode event = tools.parameters().put("type", type);
            event.put("x", at.get(0).asDouble()).put("y", at.get(1).asDouble());
            event.put("button", "left").put("clickCount", 1);
            tools.send("Input.dispatchMouseEvent", event);
        }
    }

    /** Into what has the focus. */
    void type(String text) {
        tools.send("Input.insertText", tools.parameters().put("text", text));
    }

    /** A key such as {@code Tab}, {@code Enter} or {@code Escape}. */
    void press(String key) {
        int code = switch (key) {
            case "Tab" -> 9;
            case "Enter" -> 13;
            case "Escape" -> 27;
            default -> throw new IllegalArgumentException(key);
        };
        for (String type : List.of("keyDown", "keyUp")) {
            ObjectNode event =
                    tools.parameters().put("type", type).put("key", key).put("code", key);
            event.put("windowsVirtualKeyCode", code);
            if (key.equals("Enter")) {
                event.put("text", "\r");
            }
            tools.send("Input.dispatchKeyEvent", event);
        }
    }

    void focus(String selector) {
        value(query(selector) + ".focus()");
    }

    /** What was wrong in the page's eyes or the browser's: exceptions, errors and refusals of its policy. */
    List<String> complaints() {
        Stream<JsonNode> logged = tools.events("Log.entryAdded").stream()
                .map(event -> event.path("entry"))
                .filter(entry ->
                        List.of("error", "warning").contains(entry.path("level").asText()));
        Stream<JsonNode> told = tools.events("Runtime.consoleAPICalled").stream();
        Stream<JsonNode> thrown = tools.events("Runtime.exceptionThrown").stream();
        return Stream.of(logged, told, thrown)
                .flatMap(all -> all)
                .map(JsonNode::toString)
                .toList();
    }

    /** The address of everything that the page asked for. */
    List<String> requests() {
        return tools.events("Network.requestWillBeSent").stream()
                .map(event -> event.path("request").path("url").asText())
                .toList();
    }

    /** A picture of the whole page, as PNG. */
    byte[] picture() {
        return Base64.getDecoder()
                .decode(tools.send(
                                "Page.captureScreenshot",
                                tools.parameters().put("format", "png").put("captureBeyondViewport", true))
                        .path("data")
                        .asText());
    }

    private static String query(String selector) {
        return "document.querySelector('" + selector.replace("'", "\\'") + "')";
    }

    @Override
    public void close() {
        tools.close();
    }
}
