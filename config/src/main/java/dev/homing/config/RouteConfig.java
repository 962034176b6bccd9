// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One rule that sends requests to a pool; all given parts must match.
 *
 * @param host the Host without its port, compared without case; null = any
 * @param pathPrefix matched at path segment borders; null = any
 * @param headers name to exact value
 * @param model a glob over the body's {@code model}; null = any
 */
public record RouteConfig(
        @Nullable String host,
        @Nullable String pathPrefix,
        Map<String, String> headers,
        @Nullable String model,
        String pool) {

    public RouteConfig {
        headers = Map.copyOf(headers);
    }
}
