// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of texts: names, paths, header fields and secrets. */
final class Texts {

    /** RFC 9110 section 5.6.2. */
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    /** RFC 9110 section 5.5, without obs-text and without blanks around it. */
    private static final String FIELD_VALUE = "[!-~]([ \\t!-~]*[!-~])?";

    /** Fields that frame or steer a message (RFC 9110 sections 7.2 and 7.6, RFC 9112): homing writes them itself, once. */
    private static final Set<String> OWN = Set.of(
            "connection",
            "content-length",
            "expect",
            "forwarded",
            "host",
            "http2-settings",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "via");

    /** How fields begin that are between proxies. */
    private static final List<String> OF_PROXIES = List.of("proxy-", "x-forwarded-");

    /** Labels of metrics that stand for no backend. */
    private static final Set<String> TAKEN = Set.of("any", "none");

    private static final Map<String, Object> TEXT = Json.object("type", List.of("string", "number", "boolean"));

    /** What backends and pools are called: it stands in URLs, labels and headers. */
    static final ScalarType<String> NAME = new ScalarType<>(
            "a name of at most 64 letters, digits and . _ : - (neither any nor none)",
            text -> matches("[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", text) && !TAKEN.contains(text) ? text : null,
            text -> text,
            TEXT,
            false);

    /** The name of a header field. */
    static final ScalarType<String> HEADER_NAME = text("a header's name (a token, RFC 9110)", TOKEN);

    /** The name of a header field that may be set on requests. */
    static final ScalarType<String> SETTABLE_HEADER_NAME = new ScalarType<>(
            "a header's name (a token, RFC 9110) that neither frames a message nor is set by proxies",
            text -> matches(TOKEN, text) && isSettable(text.toLowerCase(Locale.ROOT)) ? text : null,
            text -> text,
            TEXT,
            false);

    /** The value of a header field. It may be a credential, so errors do not show it. */
    static final ScalarType<String> HEADER_VALUE = new ScalarType<>(
            "a header's value (visible ASCII, with blanks only inside)",
            text -> matches(FIELD_VALUE, text) ? text : null,
            Variables::escape,
            TEXT,
            true);

    /** The value of a header field that is never printed: backends ask for keys in headers of any name. */
    static final ScalarType<Secret> HIDDEN_HEADER_VALUE = secret(HEADER_VALUE.expected(), FIELD_VALUE);

    /** A path on a server. */
    static final ScalarType<String> PATH = text("a path that starts with / (no blank, ? or #)", "/[!-~&&[^?#]]*");

    /** What a health probe asks for. */
    static final ScalarType<String> TARGET = text("a path that starts with /, perhaps with a query", "/[!-~&&[^#]]*");

    /** A host that requests may be meant for, without its port. */
    static final ScalarType<String> HOST =
            text("a host without a port, such as api.example.org", "[A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+\\]");

    /** A place inside a JSON body. */
    static final ScalarType<String> BODY_KEY =
            text("a key such as session_id or metadata.user_id", "[^.\\s]{1,64}(\\.[^.\\s]{1,64}){0,15}");

    /** A pattern in which * stands for any text. */
    static final ScalarType<String> GLOB = text("a pattern such as qwen*", "[^\\p{Cntrl}]+");

    /** A file. */
    static final ScalarType<Path> FILE =
            new ScalarType<>("a file's path", Texts::file, path -> Variables.escape(path.toString()), TEXT, false);

    /** A file, or {@code stdout}. */
    static final ScalarType<String> LOG = new ScalarType<>(
            "stdout or a file's path", text -> file(text) == null ? null : text, Variables::escape, TEXT, false);

    /** A bearer token (RFC 6750 section 2.1 allows fewer characters still). */
    static final ScalarType<Secret> BEARER = secret("a token of visible ASCII without blanks", "[!-~]+");

    /** A whole Authorization value. */
    static final ScalarType<Secret> AUTHORIZATION =
            secret("a header's value, such as \"Bearer ${VLLM_API_KEY}\"", FIELD_VALUE);

    /** The key of a hash. */
    static final ScalarType<Secret> SEED = secret("a text that is not empty", "(?s).+");

    private Texts() {}

    private static ScalarType<String> text(String expected, String pattern) {
        return new ScalarType<>(expected, text -> matches(pattern, text) ? text : null, Variables::escape, TEXT, false);
    }

    private static ScalarType<Secret> secret(String expected, String pattern) {
        return new ScalarType<>(
                expected, text -> matches(pattern, text) ? new Secret(text) : null, Secret::toString, TEXT, true);
    }

    private static boolean isSettable(String lowerCaseName) {
        return !OWN.contains(lowerCaseName) && OF_PROXIES.stream().noneMatch(lowerCaseName::startsWith);
    }

    private static boolean matches(String pattern, String text) {
        return Pattern.matches(pattern, text);
    }

    private static @Nullable Path file(String text) {
        try {
            return text.isBlank() || text.equals("none") ? null : Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
