// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The API keys that clients may show, known by their hashes only; immutable.
 *
 * <p>A key that is shown is hashed, and that hash once more together with a secret of this process; only then it is looked up. How long the look-up
 * takes therefore says nothing of how much of a key was right, and it is as fast among a thousand keys as among two.
 */
public final class ApiKeys {

    private static final AsciiString API_KEY = AsciiString.cached("x-api-key");
    private static final String BEARER = "bearer ";

    private final byte[] secret;
    private final Map<ByteBuffer, String> names;

    private ApiKeys(byte[] secret, Map<ByteBuffer, String> names) {
        this.secret = secret;
        this.names = names;
    }

    /**
     * A key as it is known here.
     *
     * @param name told in metrics and logs; several keys may share one, so that a key can be replaced
     * @param sha256 of the key's UTF-8 bytes, 64 hex digits
     */
    public record Known(String name, String sha256) {}

    /**
     * These keys and no others.
     *
     * @param secret random, of this process alone
     */
    public static ApiKeys of(Collection<Known> keys, byte[] secret) {
        Map<ByteBuffer, String> names = new HashMap<>();
        byte[] own = secret.clone();
        keys.forEach(key -> names.put(blinded(own, HexFormat.of().parseHex(key.sha256())), key.name()));
        return new ApiKeys(own, names);
    }

    /**
     * Whose key the request shows: as a Bearer token (RFC 6750 section 2.1), else as {@code x-api-key}; null when it shows none that is known.
     */
    @Nullable String nameOf(HttpHeaders headers) {
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION, "");
        if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            String name = nameOf(authorization.substring(BEARER.length()));
            if (name != null) {
                return name;
            }
        }
        String key = headers.get(API_KEY);
        return key == null ? null : nameOf(key);
    }

    /** Whether a key may stand in that header. */
    static boolean isHeader(CharSequence name) {
        return HttpHeaderNames.AUTHORIZATION.contentEqualsIgnoreCase(name) || API_KEY.contentEqualsIgnoreCase(name);
    }

    /**
     * Whether a browser asks by this request if it may send another one (Fetch, section "CORS preflight"): it never shows a key, and the other
     * request still has to.
     */
    static boolean isPreflight(HttpRequest request) {
        HttpHeaders headers = request.headers();
        return request.method().equals(HttpMethod.OPTIONS)
                && headers.contains(HttpHeaderNames.ORIGIN)
                && headers.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    }

    private @Nullable String nameOf(String key) {
        byte[] bytes = key.strip().getBytes(StandardCharsets.ISO_8859_1);
        return names.get(blinded(secret, sha256().digest(bytes)));
    }

    private static ByteBuffer blinded(byte[] secret, byte[] hash) {
        MessageDigest digest = sha256();
        digest.update(secret);
        return ByteBuffer.wrap(digest.digest(hash));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
