// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one line of the access log is made of, taken on an event loop and put into words on another thread. It holds little of what a client sent,
 * and a bounded part of that, because thousands may wait to be written.
 *
 * @param epochMillis when the request came
 */
public record AccessEntry(long epochMillis, Head head, RequestSummary summary) {

    /** Characters of a path that are told; what stands behind them becomes {@link #CUT}. */
    static final int MOST_PATH = 1024;

    /** Characters of a method that are told. */
    static final int MOST_METHOD = 32;

    /** Characters that a request's id, or its place in a trace, has at most; a longer one is not taken for one. */
    static final int MOST_ID = 128;

    static final String CUT = "...";

    /**
     * Of what the client sent, that which is told.
     *
     * @param requestId the client's own, null when it sent none that is sound
     * @param traceparent as a backend is sent it; null when the client sent none that is sound, and nobody traces
     */
    public record Head(
            @Nullable String method,
            @Nullable String path,
            InetAddress client,
            @Nullable String requestId,
            @Nullable String traceparent) {

        static Head of(Asked asked) {
            return new Head(
                    cut(asked.method(), MOST_METHOD),
                    cut(asked.path(), MOST_PATH),
                    asked.address(),
                    visible(asked.header("x-request-id")),
                    traceparent(asked));
        }

        /** While homing traces, its own, by which its span is found; else the client's. */
        private static @Nullable String traceparent(Asked asked) {
            Trace trace = asked.trace();
            return trace == null ? visible(asked.header("traceparent")) : trace.traceparent();
        }

        /** The text, or its beginning and {@link #CUT}. */
        static @Nullable String cut(@Nullable String text, int most) {
            return text == null || text.length() <= most ? text : text.substring(0, most) + CUT;
        }

        /** Visible ASCII of a bounded length, or nothing: it is written into other programs' logs. */
        private static @Nullable String visible(@Nullable String text) {
            if (text == null || text.isEmpty() || text.length() > MOST_ID) {
                return null;
            }
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
                    return null;
                }
            }
            return text;
        }
    }

    /** Of a request that ended at {@code epochMillis}. */
    static AccessEntry ended(long epochMillis, Asked asked, RequestSummary summary) {
        long took = TimeUnit.NANOSECONDS.toMillis(summary.timing().totalNanos());
        return new AccessEntry(epochMillis - took, Head.of(asked), summary);
    }
}
