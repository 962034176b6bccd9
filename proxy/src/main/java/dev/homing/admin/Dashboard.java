// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The page at {@code /}: one document with its style and its script in it, put together from the class path once. It holds no data, so that it may be
 * read without the token. Its policy names both by their hashes: nothing else runs in it, and it reaches nobody but this listener.
 */
final class Dashboard {

    /** In the order in which they need each other. */
    private static final List<String> SCRIPTS =
            List.of("words.js", "chart.js", "pools.js", "feed.js", "actions.js", "main.js");

    private final String page;
    private final String etag;
    private final Map<String, String> headers;

    private Dashboard(String page, String etag, Map<String, String> headers) {
        this.page = page;
        this.etag = etag;
        this.headers = headers;
    }

    static Dashboard load() {
        String style = read("dashboard.css");
        String script =
                SCRIPTS.stream().map(Dashboard::read).collect(Collectors.joining("\n", "'use strict';\n{\n", "}\n"));
        String page = read("dashboard.html").replace("/*style*/", style).replace("/*script*/", script);
        String etag = '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(page)) + '"';
        String policy = "default-src 'none'; script-src '" + source(script) + "'; style-src '" + source(style)
                + "'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                + "require-trusted-types-for 'script'; trusted-types 'none'";
        return new Dashboard(
                page,
                etag,
                Map.of(
                        HttpHeaderNames.CONTENT_SECURITY_POLICY.toString(),
                        policy,
                        HttpHeaderNames.ETAG.toString(),
                        etag,
                        HttpHeaderNames.CACHE_CONTROL.toString(),
                        "no-cache",
                        "referrer-policy",
                        "no-referrer"));
    }

    /** @param known what the browser has of it, the value of {@code If-None-Match} (RFC 9110 section 13.1.2), empty = nothing */
    AdminResponse answer(String known) {
        boolean same = Arrays.stream(known.split(","))
                .map(String::strip)
                .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
                .anyMatch(tag -> tag.equals(etag) || tag.equals("*"));
        // as for HEAD, only the length of the page is sent with a 304 (RFC 9110 section 8.6)
        return AdminResponse.html(same ? HttpResponseStatus.NOT_MODIFIED : HttpResponseStatus.OK, page, headers);
    }

    private static String source(String inline) {
        return "sha256-" + Base64.getEncoder().encodeToString(sha256(inline));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing); // every JDK has it
        }
    }

    private static String read(String name) {
        try (InputStream resource = Dashboard.class.getResourceAsStream("dashboard/" + name)) {
            if (resource == null) {
                throw new IllegalStateException("dashboard/" + name + ": missing (expected: on the class path)");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
