// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.BackendConfig;
import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.survey.Advice;
import dev.homing.survey.Draft;
import dev.homing.survey.DraftYaml;
import dev.homing.survey.Survey;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code homing init}: a first configuration, from what replicas tell about themselves. */
@Command(
        name = "init",
        description = {
            "Writes a commented configuration for the replicas at the given addresses, by what they tell about themselves.",
            "Without --backend it asks for them, on a terminal. No engine has to compute anything for it."
        })
final class InitCommand implements Callable<Integer> {

    private final Supplier<Optional<Questions>> terminal;
    private final Function<String, @Nullable String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    private CommandSpec spec;

    @Option(
            names = "--backend",
            paramLabel = "URL",
            description = "A llama-server or vLLM, such as http://127.0.0.1:8081; once for each.")
    private List<String> backends = new ArrayList<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "Where to write it, standard output when left out. A file that is there already stays as it is.")
    private @Nullable Path output;

    @Option(names = "--force", description = "Overwrite that file.")
    private boolean force;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description =
                    "Where clients will connect to (default: 127.0.0.1:8080, or the next port that no replica has).")
    private @Nullable String listen;

    @Option(
            names = "--key-variable",
            paramLabel = "NAME",
            description =
                    "The environment variable that holds the replicas' API key: sent to them now, and by the configuration.")
    private @Nullable String keyVariable;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "The PEM file of the authority that signed the certificates of https replicas.")
    private @Nullable Path ca;

    /**
     * @param terminal whoever can be asked, looked for only when there is something to ask
     * @param environment a variable's value, null where it is not set
     */
    InitCommand(Supplier<Optional<Questions>> terminal, Function<String, @Nullable String> environment) {
        this.terminal = terminal;
        this.environment = environment;
    }

    @Override
    public Integer call() {
        try {
            if (output != null && !force && Files.exists(output)) {
                throw new IllegalArgumentException(exists(output));
            }
            if (keyVariable != null) {
                variable(keyVariable, environment);
            }
            if (ca != null) {
                PemFile.read(ca);
            }
            Draft draft = backends.isEmpty() ? interview() : look(BackendUrl.all(backends));
            return write(draft);
        } catch (IllegalArgumentException | Interview.Abandoned e) {
            return failed(e.getMessage(), CheckCommand.BAD_CONFIGURATION);
        } catch (IOException e) {
            return failed(output + ": cannot be written: " + FileFault.reason(e), 1);
        }
    }

    /** @throws IllegalArgumentException when it is no variable's name, or one that holds nothing */
    static String variable(String name, Function<String, @Nullable String> environment) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new IllegalArgumentException("--key-variable: '" + name + "' (expected: the name of a variable)");
        }
        String key = environment.apply(name);
        if (key == null || key.isBlank()) {
            throw new IllegalArgumentException("--key-variable: " + name + " is " + (key == null ? "not set" : "empty")
                    + " (expected: the replicas' API key, exported)");
        }
        return name;
    }

    static String exists(Path file) {
        return file + ": exists already (expected: another file, or --force)";
    }

    private Draft interview() throws Interview.Abandoned {
        Questions questions = terminal.get()
                .orElseThrow(() -> new IllegalArgumentException(
                        "--backend: none, and no terminal to ask on (expected: --backend URL, once for each replica)"));
        Interview interview = new Interview(questions, spec.commandLine().getErr());
        List<URI> urls = interview.backends();
        Draft draft = look(urls);
        if (keyVariable == null
                && draft.found().anyMatch(found -> found.survey().locked())) {
            keyVariable = interview.keyVariable(environment);
            draft = keyVariable == null ? draft : look(urls);
        }
        if (listen == null) {
            Draft known = draft;
            listen = interview.listen(FreePort.from(FreePort.CLIENTS, urls), address -> read(yaml(known, address)));
        }
        if (output == null) {
            output = interview.file("homing.yaml", force);
        }
        return draft;
    }

    /** Asks all replicas at once, and tells what each is. */
    private Draft look(List<URI> urls) {
        List<Survey> surveys;
        try (Enquiry enquiry = new Enquiry()) {
            surveys = enquiry.surveys(urls, keyVariable == null ? null : environment.apply(keyVariable), ca);
        }
        List<Draft.Found> found = new ArrayList<>();
        for (int i = 0; i < urls.size(); i++) {
            found.add(new Draft.Found(urls.get(i), surveys.get(i)));
            spec.commandLine()
                    .getErr()
                    .println(urls.get(i) + ": " + surveys.get(i).text());
        }
        return Draft.of(found);
    }

    private static List<URI> urls(Draft draft) {
        return draft.found().map(Draft.Found::url).toList();
    }

    private String yaml(Draft draft, String address) {
        return DraftYaml.of(
                draft,
                new DraftYaml.Frame(
                        output == null ? "homing.yaml" : output.toString(),
                        address,
                        FreePort.from(FreePort.OPERATORS, urls(draft)),
                        keyVariable,
                        ca == null ? null : ca.toString()));
    }

    /** The configuration that was drafted, as {@code homing run} will read it. */
    private HomingConfig read(String yaml) {
        try {
            return ConfigReader.read("init", yaml, environment);
        } catch (ConfigErrors e) {
            throw new IllegalArgumentException(
                    e.errors().stream()
                            .map(error -> error.path() + ": " + error.message())
                            .collect(Collectors.joining("\n")),
                    e);
        }
    }

    private int write(Draft draft) throws IOException {
        String yaml = yaml(draft, listen == null ? FreePort.from(FreePort.CLIENTS, urls(draft)) : listen);
        HomingConfig config = read(yaml);
        PrintWriter err = spec.commandLine().getErr();
        if (output == null) {
            spec.commandLine().getOut().print(yaml);
            spec.commandLine().getOut().flush();
        } else {
            StandardOpenOption opening = force ? StandardOpenOption.CREATE : StandardOpenOption.CREATE_NEW;
            Files.writeString(output, yaml, opening, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        }
        advise(config, draft, err);
        if (output != null) {
            err.println("wrote " + output + ": look it over, then: homing run -c " + output);
        }
        return 0;
    }

    private static void advise(HomingConfig config, Draft draft, PrintWriter err) {
        Map<String, Survey> surveys = draft.surveys();
        for (PoolConfig pool : config.pools()) {
            for (BackendConfig backend : pool.backends()) {
                Survey survey = surveys.get(backend.id());
                if (survey != null && survey.reached()) {
                    Advice.of(backend, pool.settings(), survey, null)
                            .forEach(remark -> err.println(backend.id() + ": " + remark.text()));
                }
            }
        }
    }

    private int failed(@Nullable String why, int code) {
        spec.commandLine().getErr().println("homing init: " + why);
        return code;
    }
}
