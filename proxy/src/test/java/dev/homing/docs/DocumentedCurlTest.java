// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import dev.homing.demo.FakeEngine;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pages ask a homing by curl, asked of one: in blocks and in the middle of sentences. */
class DocumentedCurlTest {

    private static final Path CURL = Path.of("/usr/bin/curl");
    private static final Pattern IN_A_SENTENCE = Pattern.compile("`(curl [^`]+)`");
    private static final Set<String> PROGRAMS = Set.of("curl", "grep");
    private static final Pattern TO_HOMING = Pattern.compile("http://127\\.0\\.0\\.1:(8080|9090)");

    /** curl's own word for an answer that did not end in time, as a feed of events never does. */
    private static final int TIMEOUT = 28;

    @TempDir
    private Path folder;

    @Test
    void whatPagesAskIsAnswered() throws Exception {
        assumeTrue(Files.isExecutable(CURL), CURL + " is not there: what pages ask by curl is not asked");
        Files.writeString(folder.resolve(".curlrc"), "fail\nsilent\nshow-error\nmax-time = 5\n");
        List<String> asked = Pages.all().stream()
                .flatMap(page -> Stream.concat(inBlocks(page), inSentences(page)))
                .filter(command -> TO_HOMING.matcher(command).find())
                .toList();
        assertThat(asked).hasSizeGreaterThan(6);

        try (FakeEngine first = FakeEngine.start(EngineSettings.llamaServer());
                FakeEngine second = FakeEngine.start(EngineSettings.llamaServer());
                RunningHoming homing = RunningHoming.start(String.format(
                        "listen: 127.0.0.1:0%nadmin: 127.0.0.1:0%nbackends:%n- {id: gpu-0, url: \"%s\"}%n- {id: gpu-1, url: \"%s\"}%n",
                        first.url(), second.url()))) {
            for (String command : asked) {
                run(command.replace("http://127.0.0.1:8080", origin(homing.clients()))
                        .replace("http://127.0.0.1:9090", origin(homing.operators())));
            }
        }
    }

    /** Whole blocks in which nothing else is started; the README's, in which replicas are, are run by {@code .ci/readme}. */
    private static Stream<String> inBlocks(Pages.Page page) {
        return page.blocks().stream()
                .filter(block -> block.kind().equals("sh"))
                .filter(block -> ShellLines.commands(block.text()).stream()
                        .allMatch(command -> PROGRAMS.contains(command.get(0))))
                .map(Pages.Block::text);
    }

    private static Stream<String> inSentences(Pages.Page page) {
        return IN_A_SENTENCE.matcher(page.text()).results().map(found -> found.group(1));
    }

    private static String origin(URI address) {
        return "http://" + address.getAuthority();
    }

    private void run(String command) throws Exception {
        boolean feed = command.contains("/api/live");
        ProcessBuilder bash = new ProcessBuilder("bash", "-c", "set -eo pipefail; " + command);
        bash.environment().put("CURL_HOME", folder.toString());
        Ran ran = Ran.of(bash);
        assertThat(ran.status()).as("%s%n%s", command, ran.said()).isEqualTo(feed ? TIMEOUT : 0);
        assertThat(ran.said()).as(command).isNotBlank();
    }
}
