// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, decoded.
 *
 * @param path as it came, without its query
 * @param segments of the path, each decoded by itself: a {@code %2F} divides nothing
 * @param parameters of the query; the first value of each counts
 * @param accept empty when the header is not there
 * @param ifNoneMatch as well
 */
record AdminRequest(
        HttpMethod method,
        String path,
        List<String> segments,
        Map<String, List<String>> parameters,
        String accept,
        String ifNoneMatch,
        String body) {

    /** Null when its target is not well encoded. */
    static @Nullable AdminRequest of(FullHttpRequest request) {
        try {
            QueryStringDecoder target = new QueryStringDecoder(request.uri());
            List<String> segments = Arrays.stream(target.rawPath().split("/", -1))
                    .skip(1)
                    .map(AdminRequest::decodeSegment)
                    .toList();
            return new AdminRequest(
                    request.method(),
                    target.rawPath(),
                    segments,
                    target.parameters(),
                    request.headers().get(HttpHeaderNames.ACCEPT, ""),
                    request.headers().get(HttpHeaderNames.IF_NONE_MATCH, ""),
                    request.content().toString(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException badEncoding) {
            return null;
        }
    }

    /** The first value of a query parameter, null when there is none. */
    @Nullable String parameter(String name) {
        List<String> values = parameters.getOrDefault(name, List.of());
        return values.isEmpty() ? null : values.get(0);
    }

    boolean isGet() {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }

    /** A plus stands for a blank in queries only (RFC 3986 section 3.3). */
    private static String decodeSegment(String segment) {
        return QueryStringDecoder.decodeComponent(segment.replace("+", "%2B"));
    }
}
