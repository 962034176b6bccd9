// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/** The table of hostile cases against the tests that it says hold them: every row names one, and every named case of theirs is a row. */
class HostileCasesTest {

    private static final Path ROOT = Pages.ROOT;
    private static final Path TESTS = ROOT.resolve("proxy/src/test/java");
    private static final Pattern HEADING = Pattern.compile("## .* \\((\\d+)\\)");
    private static final Pattern TOTAL = Pattern.compile("(\\d+) cases");
    private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

    private static final List<String> PAGE = read();
    private static final List<Row> ROWS = PAGE.stream()
            .filter(HostileCasesTest::isRow)
            .map(HostileCasesTest::row)
            .toList();

    /** One line of the table. */
    record Row(String text, String expected, String test) {}

    @Test
    void everyCaseIsThereOnceAndSaysWhatIsExpected() {
        assertThat(ROWS).hasSizeGreaterThan(200);
        assertThat(ROWS).extracting(Row::text).doesNotHaveDuplicates();
        assertThat(ROWS)
                .allMatch(row -> !row.text().isEmpty() && !row.expected().isEmpty());
    }

    @Test
    void everyCaseIsHeldByATestThatExists() {
        Map<String, Class<?>> classes = testClasses();
        for (Row row : ROWS) {
            Matcher test = TEST.matcher(row.test());
            assertThat(test.matches()).as("%s: %s", row.text(), row.test()).isTrue();
            Class<?> holder = classes.get(test.group(1));
            assertThat(holder).as("class of %s", row.test()).isNotNull();
            List<Method> methods = ReflectionSupport.findMethods(
                    holder,
                    method -> method.getName().equals(test.group(2)) && isTest(method),
                    org.junit.platform.commons.support.HierarchyTraversalMode.TOP_DOWN);
            assertThat(methods).as(row.test()).hasSize(1);
        }
    }

    @Test
    void theNamedCasesOfThoseTestsAreTheRows() {
        Map<String, Class<?>> classes = testClasses();
        for (String test : new TreeSet<>(ROWS.stream().map(Row::test).toList())) {
            Matcher name = TEST.matcher(test);
            assertThat(name.matches()).isTrue();
            List<String> named = namedCases(classes.get(name.group(1)), name.group(2));
            List<String> told = ROWS.stream()
                    .filter(row -> row.test().equals(test))
                    .map(Row::text)
                    .toList();
            if (!named.isEmpty()) {
                assertThat(told).as(test).containsExactlyInAnyOrderElementsOf(named);
            }
        }
    }

    @Test
    void theNumbersAreRight() {
        int counted = 0;
        int said = -1;
        for (String line : PAGE) {
            Matcher heading = HEADING.matcher(line);
            if (line.startsWith("## ")) {
                assertThat(counted).as("cases before: %s", line).isEqualTo(Math.max(said, 0));
                assertThat(heading.matches()).as(line).isTrue();
                said = Integer.parseInt(heading.group(1));
                counted = 0;
            } else if (isRow(line)) {
                counted++;
            }
        }
        assertThat(counted).isEqualTo(said);
        Matcher total = TOTAL.matcher(String.join("\n", PAGE));
        assertThat(total.find()).isTrue();
        assertThat(Integer.parseInt(total.group(1))).isEqualTo(ROWS.size());
    }

    private static List<String> read() {
        try {
            return Files.readAllLines(ROOT.resolve("docs/hostile-cases.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRow(String line) {
        return line.startsWith("| ") && !line.startsWith("| case |");
    }

    private static Row row(String line) {
        String[] cells = line.split("(?<!\\\\)\\|", -1);
        assertThat(cells).as(line).hasSize(5);
        return new Row(cells[1].strip(), cells[2].strip(), cells[3].strip());
    }

    private static boolean isTest(Method method) {
        return AnnotationSupport.isAnnotated(method, org.junit.platform.commons.annotation.Testable.class);
    }

    /** Names that the method's source gives to its arguments; empty when it has none. */
    private static List<String> namedCases(Class<?> holder, String test) {
        List<String> names = new ArrayList<>();
        for (Method method : holder.getDeclaredMethods()) {
            MethodSource source = method.getName().equals(test) ? method.getAnnotation(MethodSource.class) : null;
            if (source != null) {
                arguments(holder, source.value()[0])
                        .filter(ArgumentSet.class::isInstance)
                        .forEach(set -> names.add(((ArgumentSet) set).getName()));
            }
        }
        return names;
    }

    private static Stream<?> arguments(Class<?> holder, String name) {
        Method source = Arrays.stream(holder.getDeclaredMethods())
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == 0)
                .findFirst()
                .orElseThrow();
        return (Stream<?>) ReflectionSupport.invokeMethod(source, null);
    }

    /** The test classes of this module by their simple names; those of the wire go before others of the same name. */
    private static Map<String, Class<?>> testClasses() {
        Map<String, Class<?>> classes = new HashMap<>();
        try (Stream<Path> files = Files.walk(TESTS)) {
            List<Path> sources = files.filter(path -> path.toString().matches(".*(Test|Case)\\.java"))
                    .sorted()
                    .toList();
            for (Path file : sources) {
                String name =
                        TESTS.relativize(file).toString().replace('/', '.').replaceAll("\\.java$", "");
                String simple = name.substring(name.lastIndexOf('.') + 1);
                classes.put(simple, Class.forName(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
        return classes;
    }
}
