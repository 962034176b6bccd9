// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.net.InetAddress;
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
