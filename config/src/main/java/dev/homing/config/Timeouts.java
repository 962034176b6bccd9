// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.time.Duration;

/** How long each side may keep silent. All {@code > 0}. */
public record Timeouts(Client client, Upstream upstream) {

    /**
     * Limits on the client.
     *
     * @param requestHead for the whole request line and headers
     * @param requestBody silence while a body is being sent
     * @param idle a kept-alive connection between requests
     */
    public record Client(Duration requestHead, Duration requestBody, Duration idle) {}

    /**
     * Limits on a backend.
     *
     * @param responseHead from the request's end to the response's head
     * @param streamIdle silence within a response
     * @param idle a pooled connection
     */
    public record Upstream(Duration connect, Duration responseHead, Duration streamIdle, Duration idle) {}
}
