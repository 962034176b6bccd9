// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How requests are sent to backends.
 *
 * @param dns how names of {@code dns+http} backends are looked up
 * @param authorization sent as {@code Authorization} in place of the client's, null = the client's own
 * @param stripRequestHeaders names never sent to backends
 */
public record UpstreamRules(
        Retry retry, Dns dns, @Nullable Secret authorization, Tls tls, List<String> stripRequestHeaders) {

    public UpstreamRules {
        stripRequestHeaders = List.copyOf(stripRequestHeaders);
    }

    /**
     * What is sent again.
     *
     * @param attempts other backends tried after a failure to connect or a 503 "Loading model", {@code >= 0}
     * @param unanswered also send again what a backend had received but not begun to answer when it died
     */
    public record Retry(int attempts, boolean unanswered) {}

    /** PEM files for https backends: trust anchors in place of the system's, and homing's own certificate. */
    public record Tls(
            @Nullable Path ca,
            @Nullable Path certificate,
            @Nullable Path key) {}
}
