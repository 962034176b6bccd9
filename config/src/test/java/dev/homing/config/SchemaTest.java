// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** The schema that editors use, held against the registry, the examples and the reader. */
class SchemaTest {

    private static final Path FILE = Project.ROOT.resolve("config/homing.schema.json");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GOOD = "backends: [{id: a, url: 'http://127.0.0.1:9101'}]\n";

    static Iterable<Path> examples() throws IOException {
        return Project.examples();
    }

    @Test
    void theCommittedSchemaIsTheOneThatTheRegistryMakes() throws IOException {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        String schema = JSON.writer(printer).writeValueAsString(JsonSchema.document()) + "\n";
        if (Project.updates()) {
            Files.writeString(FILE, schema);
        }

        assertThat(Project.text(FILE))
                .as("run with -Dhoming.update=true to write it anew")
                .isEqualTo(schema);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsValid(Path example) throws IOException {
        assertThat(faults(Project.text(example))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void soIsWhatHomingWritesItself(Path example) throws IOException {
        assertThat(faults(EffectiveConfig.toYaml(Project.read(Project.text(example)))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "threads: ${CORES:-4}",
                "listen: [{address: '127.0.0.1:1', tls: none}, 127.0.0.1:2]",
                "affinity: {relief: off, seed: 7}",
                "limits: {body: 1000, peek: 64KiB}",
                "health:",
                "routes: [{match: {host: a, header: {X: 1}}, pool: default}]",
            })
    void aVariableAndEverySpellingAreValid(String line) throws IOException {
        assertThat(Project.errors(GOOD + line)).isEmpty();
        assertThat(faults(GOOD + line)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "thread: 4",
                "threads: -1",
                "threads: many",
                "metering: maybe",
                "io: uring",
                "drain_timeout: 5 minutes",
                "limits: {body: 5 MB}",
                "affinity: {idle_tll: 1h}",
                "affinity: {headers: X-A}",
                "health: {passive: {failure: 1}}",
                "pools: {a: {backends: [{id: a, url: 'http://10.0.0.1:1'}]}}",
                "routes: [{match: {}}]",
                "routes: []",
                "listen: [{tls: none}]",
                "queue: 5",
            })
    void whatTheReaderRefusesTheSchemaRefusesToo(String line) throws IOException {
        assertThat(Project.errors(GOOD + line)).isNotEmpty();
        assertThat(faults(GOOD + line)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "backends: []",
                "backends: [{id: a}]",
                "backends: [{id: a, url: 'ftp://x'}]",
                "pools: {}",
                "pools: {a: {}}"
            })
    void aFileWithoutGoodBackendsIsInvalid(String yaml) throws IOException {
        assertThat(Project.errors(yaml)).isNotEmpty();
        assertThat(faults(yaml)).isNotEmpty();
    }

    private static List<String> faults(String yaml) throws IOException {
        Schema schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(Project.text(FILE));
        LoaderOptions options = new LoaderOptions();
        DumperOptions dumping = new DumperOptions();
        Yaml parser = new Yaml(new SafeConstructor(options), new Representer(dumping), dumping, options, new Yaml12());
        JsonNode file = JSON.valueToTree(parser.load(yaml));
        return schema.validate(file).stream().map(Object::toString).toList();
    }

    /** The core schema of YAML 1.2, which editors read by: {@code off} is a text. */
    private static final class Yaml12 extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, Pattern.compile("true|false"), "tf");
            addImplicitResolver(Tag.INT, Pattern.compile("[-+]?[0-9]+"), "-+0123456789");
            addImplicitResolver(Tag.FLOAT, Pattern.compile("[-+]?[0-9]+\\.[0-9]*([eE][-+]?[0-9]+)?"), "-+0123456789");
            addImplicitResolver(Tag.NULL, Pattern.compile("~|null|"), "~n\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }
}
