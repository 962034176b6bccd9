// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The few questions of {@code homing init}. A blank answer is the default; one that will not do is asked for again. */
final class Interview {

    private static final Pattern BLANKS = Pattern.compile("[\\s,;]+");

    private final Questions questions;
    private final PrintWriter err;

    Interview(Questions questions, PrintWriter err) {
        this.questions = questions;
        this.err = err;
    }

    /** Thrown when whoever was asked has gone. */
    static final class Abandoned extends Exception {

        private static final long serialVersionUID = 1L;

        Abandoned() {
            super("no answer (expected: one line)");
        }
    }

    /** One that refuses an answer with the reason. */
    interface Check<T> {

        /**
         * What the answer says.
         *
         * @throws IllegalArgumentException when it will not do
         */
        T of(String answer);
    }

    List<URI> backends() throws Abandoned {
        return until(
                "Addresses of your llama-server or vLLM replicas, such as http://127.0.0.1:8081 (several with blanks between): ",
                answer -> {
                    if (answer.isEmpty()) {
                        throw new IllegalArgumentException("no address (expected: at least one)");
                    }
                    return BLANKS.splitAsStream(answer)
                            .map(BackendUrl::of)
                            .distinct()
                            .toList();
                });
    }

    /** Null when clients send the key themselves. */
    @Nullable String keyVariable(Function<String, @Nullable String> environment) throws Abandoned {
        String name = until(
                "They want an API key. Environment variable that holds it (blank: clients send it themselves): ",
                answer -> answer.isEmpty() ? "" : InitCommand.variable(answer, environment));
        return name.isEmpty() ? null : name;
    }

    /** @param check refuses an address that cannot be listened at */
    String listen(String fallback, Consumer<String> check) throws Abandoned {
        return until("Where should clients connect to? [" + fallback + "]: ", answer -> {
            String listen = answer.isEmpty() ? fallback : answer;
            check.accept(listen);
            return listen;
        });
    }

    /** @param force whether a file that is there may be named */
    Path file(String fallback, boolean force) throws Abandoned {
        return until("File to write [" + fallback + "]: ", answer -> {
            Path file = Path.of(answer.isEmpty() ? fallback : answer);
            if (!force && Files.exists(file)) {
                throw new IllegalArgumentException(InitCommand.exists(file));
            }
            return file;
        });
    }

    private <T> T until(String question, Check<T> check) throws Abandoned {
        while (true) {
            String answer = questions.ask(question);
            if (answer == null) {
                throw new Abandoned();
            }
            try {
                return check.of(answer);
            } catch (IllegalArgumentException e) {
                err.println(e.getMessage());
            }
        }
    }
}
