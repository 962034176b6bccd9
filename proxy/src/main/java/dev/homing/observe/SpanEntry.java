// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What one span is made of, taken on an event loop and made into a span on another thread. Like an entry of the access log it holds a bounded part of
 * what a client sent.
 *
 * @param endEpochNanos when the request ended
 */
public record SpanEntry(Trace trace, long endEpochNanos, Head head, RequestSummary summary) {

    /**
     * Of what the client sent, that which is told.
     *
     * @param path without its query
     * @param scheme {@code http} or {@code https}
     * @param version of HTTP
     */
    public record Head(
            @Nullable String method,
            @Nullable String path,
            @Nullable String scheme,
            @Nullable String version,
            InetAddress client) {

        static Head of(Asked asked) {
            return new Head(
                    AccessEntry.Head.cut(asked.method(), AccessEntry.MOST_METHOD),
                    AccessEntry.Head.cut(asked.path(), AccessEntry.MOST_PATH),
                    asked.scheme(),
                    asked.version(),
                    asked.address());
        }
    }

    /** When the request's head had come. */
    long startEpochNanos() {
        return endEpochNanos - summary.timing().totalNanos();
    }
}
