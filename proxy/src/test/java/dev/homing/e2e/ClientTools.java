// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The clients that {@code .ci/clients prepare} made, below the folder that {@code -Dhoming.clients} names. Each runs in a home of its own, with
 * nothing of this process's environment, and reaches nobody but this machine.
 */
final class ClientTools {

    private static final String FOLDER = System.getProperty("homing.clients", "");
    private static final long PATIENCE_SECONDS = 100;
    private static final Pattern WORD = Pattern.compile("\\b[a-z]{3}\\b");

    /** Nobody listens there. */
    private static final String NOWHERE = "http://127.0.0.1:9";

    private ClientTools() {}

    /** For {@code @EnabledIf}. */
    static boolean asked() {
        return !FOLDER.isEmpty();
    }

    static boolean python() {
        return ready("python", "the SDKs for Python");
    }

    static boolean node() {
        return ready("node", "the SDKs for TypeScript, Codex and OpenCode");
    }

    static boolean litellm() {
        return ready("litellm", "LiteLLM's proxy");
    }

    private static boolean ready(String part, String what) {
        boolean there = asked() && Files.exists(Path.of(FOLDER, part, "ready"));
        if (asked() && !there) {
            System.err.println("left out: " + what + ": .ci/clients prepare did not make them");
        }
        return there;
    }

    /** A program of one of the parts. */
    static String program(String part, String name) {
        Path program = Path.of(FOLDER, part, "bin", name);
        assertThat(program).isExecutable();
        return program.toString();
    }

    /** Lets snippets in that folder import what npm installed. */
    static void linkModules(Path folder) throws IOException {
        Files.createSymbolicLink(folder.resolve("node_modules"), Path.of(FOLDER, "node", "node_modules"));
    }

    /** What the program says on standard output, when it has ended well. */
    static String run(Path home, Map<String, String> environment, String... command) throws Exception {
        Path out = Files.createTempFile(home, "out", "");
        Process process = start(home, environment, out, command);
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        stop(process);
        String said = String.join(" ", command) + "\n" + Files.readString(out) + Files.readString(errors(out));
        assertThat(ended).as("it ends: %s", said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return Files.readString(out);
    }

    /** Goes on in the background. */
    static Process start(Path home, Map<String, String> environment, Path out, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(errors(out).toFile());
        builder.environment().clear();
        builder.environment().putAll(environment(home));
        builder.environment().putAll(environment);
        return builder.start();
    }

    static void stop(Process process) throws InterruptedException {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static Path errors(Path out) {
        return out.resolveSibling(out.getFileName() + ".err");
    }

    private static Map<String, String> environment(Path home) {
        List<String> path = new ArrayList<>();
        for (String part : List.of("node", "python", "litellm")) {
            path.add(Path.of(FOLDER, part, "bin").toString());
        }
        path.add("/usr/bin:/bin");
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", String.join(":", path));
        environment.put("HOME", home.toString());
        environment.put("LANG", "C.UTF-8");
        for (String name : List.of("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")) {
            environment.put(name, NOWHERE);
        }
        environment.put("NO_PROXY", "127.0.0.1,localhost");
        environment.put("no_proxy", "127.0.0.1,localhost");
        String trusted = home.resolve("ca.pem").toString();
        if (Files.exists(Path.of(trusted))) {
            environment.put("SSL_CERT_FILE", trusted);
            environment.put("NODE_EXTRA_CA_CERTS", trusted);
        }
        return environment;
    }

    /** How many words of a demo replica's vocabulary a client printed. A token of theirs is a word of three letters. */
    static long words(String text) {
        return WORD.matcher(text).results().count();
    }
}
