// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client asked, for those who tell of requests one by one. Only lent: it may hold a whole head, and is read on its event loop. */
public interface Asked {

    /** One whose head never became known. */
    static Asked unknown(InetAddress address) {
        return new Unknown(address);
    }

    /** Null when it is not known. */
    @Nullable String method();

    /** The target without authority and query, as the client wrote it; null when it is not known. */
    @Nullable String path();

    /** The client's end of the connection. */
    InetAddress address();

    /** The first value of that header, null when there is none. */
    @Nullable String header(CharSequence name);

    /** The values of all headers of that name. */
    default List<String> headers(CharSequence name) {
        String value = header(name);
        return value == null ? List.of() : List.of(value);
    }

    /** {@code http} or {@code https}, as the client spoke to homing; null when it is not known. */
    default @Nullable String scheme() {
        return null;
    }

    /** The version of HTTP, such as {@code 1.1}; null when it is not known. */
    default @Nullable String version() {
        return null;
    }

    /** Its place in a trace, null when it has none. */
    default @Nullable Trace trace() {
        return null;
    }

    /** The same with its place in a trace; null = none. */
    static Asked in(@Nullable Trace trace, Asked asked) {
        return trace == null ? asked : new Traced(asked, trace);
    }

    /** What was asked, and its place in a trace. */
    record Traced(Asked asked, Trace trace) implements Asked {

        @Override
        public @Nullable String method() {
            return asked.method();
        }

        @Override
        public @Nullable String path() {
            return asked.path();
        }

        @Override
        public InetAddress address() {
            return asked.address();
        }

        @Override
        public @Nullable String header(CharSequence name) {
            return asked.header(name);
        }

        @Override
        public List<String> headers(CharSequence name) {
            return asked.headers(name);
        }

        @Override
        public @Nullable String scheme() {
            return asked.scheme();
        }

        @Override
        public @Nullable String version() {
            return asked.version();
        }
    }

    /** No more than that somebody began to ask. */
    record Unknown(InetAddress address) implements Asked {

        @Override
        public @Nullable String method() {
            return null;
        }

        @Override
        public @Nullable String path() {
            return null;
        }

        @Override
        public @Nullable String header(CharSequence name) {
            return null;
        }
    }
}
