// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The head of a request as a backend got it. */
record Asked(HttpHead head) {

    /** Of a request that its client has no mind to complete. */
    static final int NO_END = -1;

    /** The next one, null when the connection ended before it. */
    static @Nullable Asked read(WireReader in) throws IOException {
        HttpHead head = in.head();
        return head == null ? null : new Asked(head);
    }

    String path() {
        return head.first().split(" ", -1)[1];
    }

    /** Of a probe there is none. */
    @Nullable String nonce() {
        return head.value("x-nonce");
    }

    boolean upgrade() {
        return head.value("upgrade") != null;
    }

    boolean expectsContinue() {
        return head.value("expect") != null;
    }

    /** Reads the body; null when it is all there and the sender's own, else what is wrong with it. */
    @Nullable String body(WireReader in, String nonce) throws IOException {
        byte[] body = in.requestBody(head);
        String size = String.valueOf(head.value("x-size"));
        if (!size.equals(String.valueOf(body.length))) {
            return "body of " + nonce + ": " + body.length + " bytes (expected: " + size + ")";
        }
        return Arrays.equals(body, Payload.prompt(nonce, body.length)) ? null : "body of " + nonce + ": not its own";
    }
}
