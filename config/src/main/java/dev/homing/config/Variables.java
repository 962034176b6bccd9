// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What fills {@code ${NAME}} and {@code ${NAME:-default}} in from the environment. As in a shell, the default also stands in for a variable
 * that is set to nothing. A doubled dollar before a brace is a literal one; any other dollar stays as it is. What is filled in is text: it
 * is neither looked at for variables again nor parsed as YAML.
 */
final class Variables {

    private static final Pattern PART = Pattern.compile(
            "\\$\\$\\{|\\$\\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?<default>[^}]*))?\\}|(?<bad>\\$\\{)");

    private final Function<String, String> environment;

    /** @param environment a variable's value, or null where it is not set */
    Variables(Function<String, String> environment) {
        this.environment = environment;
    }

    /** The text with its variables filled in, or broken after the reason was told. */
    Tree fill(Tree.Scalar scalar, Cursor at) {
        Matcher matcher = PART.matcher(scalar.written());
        StringBuilder out = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group("name");
            String value = name == null ? "${" : value(name, matcher.group("default"));
            if (matcher.group("bad") != null) {
                at.refuse("${ without a variable's name and a }", "${NAME}, ${NAME:-default}, or $${ for a literal ${");
                return new Tree.Broken(
                        scalar.place()); // also keeps a text of nothing but ${ from being searched to its end each time
            }
            if (value == null) {
                at.refuse(
                        "${" + name + "}, which is not set",
                        "a variable of the environment, or ${" + name + ":-default}");
                return new Tree.Broken(scalar.place());
            }
            matcher.appendReplacement(out, Matcher.quoteReplacement(value));
        }
        matcher.appendTail(out);
        return new Tree.Scalar(scalar.place(), out.toString(), scalar.written(), scalar.plain());
    }

    /** The text that reads as {@code value} again. */
    static String escape(String value) {
        return value.replace("${", "$${");
    }

    private @Nullable String value(String name, @Nullable String fallback) {
        String value = environment.apply(name);
        boolean unset = value == null || (value.isEmpty() && fallback != null);
        return unset ? fallback : value;
    }
}
