// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.docs.Pages.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pages that name a class or a method, as {@code [`Type.member`]}, and say below where it is: {@code [`Type.member`]: ../path/Type.java}. Who renames
 * one of them has to say so here.
 */
class SourceLinksTest {

    private static final Pattern DEFINITION = Pattern.compile("(?m)^\\[`([\\w.]+)`]: (\\S+)$");
    private static final Pattern USE = Pattern.compile("\\[`([\\w.]+)`](?![(\\[])");
    private static final Pattern UNLINKED = Pattern.compile("(?<!\\[)`([A-Z]\\w+\\.[a-z]\\w+)(\\(\\))?`");
    private static final Pattern SOURCE = Pattern.compile(".*/src/(?:main|test)/java/(.+)\\.java");

    @Test
    void everyNameLeadsToAClassOrAMemberOfThatName() {
        List<String> wrong = new ArrayList<>();
        for (Page page : Pages.all()) {
            definitions(page)
                    .forEach((name, target) -> fault(page.folder(), name, target)
                            .ifPresent(fault -> wrong.add(page.name() + ": " + name + ": " + fault)));
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void everyNameThatIsUsedIsDefinedOnItsPageAndNoOther() {
        for (Page page : Pages.all()) {
            assertThat(uses(page))
                    .as(page.name())
                    .isEqualTo(new TreeSet<>(definitions(page).keySet()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/life-of-a-request.md", "docs/threading.md"})
    void pagesOfTheCodeNameNoMethodWithoutALink(String name) {
        Page page = Pages.page(name);

        assertThat(definitions(page)).hasSizeGreaterThan(30);
        assertThat(found(UNLINKED, page).map(MatchResult::group)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, Exchange, SENDING", "1, Sending, QUEUED"})
    void theStatesOfARequestAreDrawnAsInTheCode(int block, String type, String first) throws Exception {
        String drawn =
                Pages.page("docs/life-of-a-request.md").blocks().get(block).text();
        String code = Files.readString(Pages.ROOT.resolve("proxy/src/main/java/dev/homing/exchange/" + type + ".java"));

        assertThat(drawn).startsWith(first).contains("OVER");
        assertThat(code.lines().map(line -> line.replaceFirst("^ \\* ", "")).toList())
                .containsAll(drawn.lines().toList());
    }

    @Test
    void aNameThatIsNotThereIsSeen() {
        Path docs = Pages.ROOT.resolve("docs").toAbsolutePath();
        String self = "../proxy/src/test/java/dev/homing/docs/SourceLinksTest.java";

        assertThat(fault(docs, "SourceLinksTest.fault", self)).isEmpty();
        assertThat(fault(docs, "SourceLinksTest.DEFINITION", self)).isEmpty();
        assertThat(fault(docs, "SourceLinksTest.fault2", self)).hasValue("no member fault2");
        assertThat(fault(docs, "SourceLinkTest", self)).hasValue("not the type of SourceLinksTest.java");
        assertThat(fault(docs, "Gone", "../proxy/src/test/java/dev/homing/docs/Gone.java"))
                .hasValue("no such file");
    }

    @Test
    void aNameWithAColonBehindItIsUsedAndNotDefined() {
        Page page = new Page(
                "a-page.md", "[`Shown`]: told of\n\n| a cell | [`Gone`]: and more |\n\n[`Shown`]: Shown.java\n");

        assertThat(uses(page)).containsExactly("Gone", "Shown");
        assertThat(definitions(page)).containsOnlyKeys("Shown");
    }

    private static Stream<MatchResult> found(Pattern pattern, Page page) {
        return pattern.matcher(page.text()).results();
    }

    private static Set<String> uses(Page page) {
        String sentences = DEFINITION.matcher(page.text()).replaceAll("");
        return USE.matcher(sentences).results().map(use -> use.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, String> definitions(Page page) {
        Map<String, String> definitions = new TreeMap<>();
        found(DEFINITION, page).forEach(found -> definitions.put(found.group(1), found.group(2)));
        return definitions;
    }

    private static Optional<String> fault(Path folder, String name, String target) {
        Path file = folder.resolve(target).normalize();
        var source = SOURCE.matcher(file.toString());
        if (!source.matches() || !Files.isRegularFile(file)) {
            return Optional.of("no such file");
        }
        String[] parts = name.split("\\.");
        if (!file.getFileName().toString().equals(parts[0] + ".java")) {
            return Optional.of("not the type of " + file.getFileName());
        }
        try {
            Class<?> type =
                    Class.forName(source.group(1).replace('/', '.'), false, SourceLinksTest.class.getClassLoader());
            return missing(type, Arrays.asList(parts).subList(1, parts.length));
        } catch (ClassNotFoundException e) {
            return Optional.of("no such class");
        }
    }

    private static Optional<String> missing(Class<?> type, List<String> members) {
        if (members.isEmpty()) {
            return Optional.empty();
        }
        String member = members.get(0);
        for (Class<?> nested : type.getDeclaredClasses()) {
            if (nested.getSimpleName().equals(member)) {
                return missing(nested, members.subList(1, members.size()));
            }
        }
        boolean there = Arrays.stream(type.getDeclaredMethods())
                        .anyMatch(method -> method.getName().equals(member))
                || Arrays.stream(type.getDeclaredFields())
                        .anyMatch(field -> field.getName().equals(member));
        return there && members.size() == 1 ? Optional.empty() : Optional.of("no member " + member);
    }
}
