// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiKeysTest {

    private static final byte[] SECRET = {1, 2, 3};

    private final ApiKeys keys =
            ApiKeys.of(List.of(known("alice", "sk-alice"), known("bob", "sk-bob"), known("bob", "sk-bob-new")), SECRET);

    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer sk-alice, alice",
        "authorization, bearer sk-alice, alice",
        "Authorization, BEARER   sk-bob, bob",
        "X-API-Key, sk-bob-new, bob",
    })
    void aKeyIsTakenFromEitherHeader(String header, String value, String name) {
        assertThat(keys.nameOf(headers(header, value))).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-alice",
                "Bearer",
                "Bearer ",
                "Bearer sk-Alice",
                "Bearer sk-alice2",
                "Bearer sk-alic",
                "Bearer Bearer sk-alice",
                "Basic sk-alice",
                "Digest username=sk-alice",
            })
    void whatIsNoKnownKeyIsNone(String authorization) {
        assertThat(keys.nameOf(headers("Authorization", authorization))).isNull();
    }

    @Test
    void noHeaderIsNoKey() {
        assertThat(keys.nameOf(new DefaultHttpHeaders())).isNull();
    }

    /** A client of Anthropic's API may send both. */
    @Test
    void theOtherHeaderCountsWhenTheFirstHasNoKnownKey() {
        assertThat(keys.nameOf(headers("Authorization", "Bearer other").add("x-api-key", "sk-bob")))
                .isEqualTo("bob");
        assertThat(keys.nameOf(headers("Authorization", "Bearer sk-alice").add("x-api-key", "other")))
                .isEqualTo("alice");
    }

    @Test
    void aHashIsNoKey() {
        assertThat(keys.nameOf(headers("x-api-key", sha256("sk-alice")))).isNull();
    }

    @Test
    void withoutAnyKeyNobodyIsKnown() {
        assertThat(ApiKeys.of(List.of(), SECRET).nameOf(headers("x-api-key", "")))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "OPTIONS, true, true, true",
        "OPTIONS, true, false, false",
        "OPTIONS, false, true, false",
        "POST, true, true, false",
    })
    void onlyABrowsersOwnQuestionIsAPreflight(String method, boolean origin, boolean asks, boolean expected) {
        DefaultHttpRequest request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), "/v1/chat/completions");
        if (origin) {
            request.headers().set("Origin", "https://app.example");
        }
        if (asks) {
            request.headers().set("Access-Control-Request-Method", "POST");
        }

        assertThat(ApiKeys.isPreflight(request)).isEqualTo(expected);
    }

    private static HttpHeaders headers(String name, String value) {
        return new DefaultHttpHeaders().add(name, value);
    }

    private static ApiKeys.Known known(String name, String key) {
        return new ApiKeys.Known(name, sha256(key));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
