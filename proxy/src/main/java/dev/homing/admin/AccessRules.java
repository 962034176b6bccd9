// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.config.Secret;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask for what. With a token, everything but health, metrics and the page, which holds
 * no data, needs it. Without one the listener is on loopback, and what has
 * to be kept out is a web page in the operator's browser: one that had its own name resolve to this address (hence only names that no
 * stranger can own are let in), and one that sends requests across origins.
 */
final class AccessRules {

    private static final Set<String> OPEN = Set.of("/", "/metrics", "/healthz", "/readyz");

    /** Changes nothing, but each viewer takes one of few places. */
    private static final String LIVE = "/api/live";

    private static final String BEARER = "bearer ";

    private final String ownHost;
    private final Supplier<@Nullable Secret> token;

    /**
     * @param ownHost the configured host of the listener
     * @param token asked at each request, since a reload may change it; null = none is asked for
     */
    AccessRules(String ownHost, Supplier<@Nullable Secret> token) {
        this.ownHost = ownHost.toLowerCase(Locale.ROOT);
        this.token = token;
    }

    /** Why the request is refused, null = it is not. */
    @Nullable AdminResponse refusal(HttpRequest request, String path) {
        HttpHeaders headers = request.headers();
        Secret wanted = token.get();
        String host = headers.get(HttpHeaderNames.HOST, "");
        if (wanted == null && !isOwn(hostName(host))) {
            return AdminResponse.error(
                    HttpResponseStatus.FORBIDDEN,
                    "Host: not one of this listener's (expected: an IP address or localhost)");
        }
        if ((changesState(request.method()) || path.equals(LIVE))
                && (!isSameOrigin(headers.get(HttpHeaderNames.ORIGIN), host) || isFromAnotherSite(headers))) {
            return AdminResponse.error(
                    HttpResponseStatus.FORBIDDEN, "Origin: another site's (expected: this listener's own)");
        }
        if (wanted != null && !OPEN.contains(path) && !carriesToken(headers, wanted)) {
            return AdminResponse.error(
                            HttpResponseStatus.UNAUTHORIZED, "the admin token is needed: Authorization: Bearer ...")
                    .with("WWW-Authenticate", "Bearer");
        }
        return null;
    }

    /** Whether who is let in now would be so later: not when the token has become another one. */
    BooleanSupplier welcome() {
        Secret letInWith = token.get();
        return () -> Objects.equals(letInWith, token.get());
    }

    private static boolean changesState(HttpMethod method) {
        return !method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD);
    }

    private boolean isOwn(String name) {
        return name.equals("localhost")
                || name.equals(ownHost)
                || NetUtil.isValidIpV4Address(name)
                || NetUtil.isValidIpV6Address(name);
    }

    /** The name without its port and brackets (RFC 9110 section 7.2), in lower case. */
    private static String hostName(String host) {
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 ? "" : host.substring(1, end).toLowerCase(Locale.ROOT);
        }
        int port = host.indexOf(':');
        return (port < 0 ? host : host.substring(0, port)).toLowerCase(Locale.ROOT);
    }

    /** A browser tells the origin of each such request; other programs tell none. */
    private static boolean isSameOrigin(@Nullable String origin, String host) {
        return origin == null
                || origin.equalsIgnoreCase("http://" + host)
                || origin.equalsIgnoreCase("https://" + host);
    }

    /** Told by browsers also where they tell no origin, such as of a GET whose answer a page may not read. Other programs tell nothing. */
    private static boolean isFromAnotherSite(HttpHeaders headers) {
        String site = headers.get("sec-fetch-site", "none");
        return !site.equals("same-origin") && !site.equals("none");
    }

    private static boolean carriesToken(HttpHeaders headers, Secret wanted) {
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION, "");
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return false;
        }
        byte[] given = authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(given, wanted.value().getBytes(StandardCharsets.UTF_8));
    }
}
