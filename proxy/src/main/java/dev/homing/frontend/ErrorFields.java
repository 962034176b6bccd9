// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ProxyError;
import java.util.ArrayList;
import java.util.List;

/** The fields of an answer that homing gives itself, the same in every version of HTTP. */
final class ErrorFields {

    /** Methods that are taken, in the words of {@code Allow}. */
    private static final String ALLOWED = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private ErrorFields() {}

    /**
     * Their names and values in turn.
     *
     * @param added fields beside those of the error, as name, value, name, value
     * @param length bytes of the body
     */
    static List<String> of(ProxyError error, List<String> added, int length) {
        List<String> fields = new ArrayList<>(
                List.of("Content-Type", "application/json", "Content-Length", Integer.toString(length)));
        if (error.retryAfter() > 0) {
            fields.addAll(List.of("Retry-After", Integer.toString(error.retryAfter())));
        }
        if (error.status() == 401) {
            fields.addAll(List.of("WWW-Authenticate", "Bearer"));
        }
        if (error.status() == 405) {
            fields.addAll(List.of("Allow", ALLOWED));
        }
        fields.addAll(added);
        return fields;
    }
}
