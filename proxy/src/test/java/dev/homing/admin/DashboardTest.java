// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DashboardTest {

    private final Dashboard dashboard = Dashboard.load();
    private final AdminResponse page = dashboard.answer("");

    @Test
    void thePolicyNamesTheOnlyScriptAndTheOnlyStyleByWhatTheyHold() throws Exception {
        String policy = page.headers().get("content-security-policy");

        assertThat(inline("script")).hasSize(1);
        assertThat(inline("style")).hasSize(1);
        assertThat(policy)
                .contains("default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'")
                .contains("script-src 'sha256-" + hash(inline("script").get(0)) + "';")
                .contains("style-src 'sha256-" + hash(inline("style").get(0)) + "';")
                .doesNotContain("unsafe", "http");
    }

    @Test
    void thePageNeedsNothingElseAndLeavesNoPlaceholder() {
        // beside links to this listener, and the names of the SVG vocabulary, which nobody fetches
        assertThat(page.body().replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("//www", "http:", "https:", "src=", "@import", "url(")
                .doesNotContain("/*script*/", "/*style*/");
    }

    @Test
    void noMarkupIsMadeOfTextAndNothingIsHandledInline() {
        assertThat(page.body())
                .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
                .doesNotContainPattern(" on[a-z]+=\"|style=\"|javascript:");
    }

    @ParameterizedTest
    @CsvSource({"%s, 304", "W/%s, 304", "'\"x\", %s', 304", "*, 304", "\"x\", 200", "'', 200"})
    void whoHasThePageIsNotSentItAgain(String known, int status) {
        AdminResponse answer = dashboard.answer(known.formatted(page.headers().get("etag")));

        assertThat(answer.status().code()).isEqualTo(status);
        assertThat(answer.headers()).containsEntry("cache-control", "no-cache").containsKey("etag");
    }

    private List<String> inline(String element) {
        return Pattern.compile("<" + element + ">(.*?)</" + element + ">", Pattern.DOTALL)
                .matcher(page.body())
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private static String hash(String text) throws Exception {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    }
}
