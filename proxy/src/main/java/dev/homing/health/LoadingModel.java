// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

/**
 * How a llama-server says that it cannot serve yet: its port listens before its model is loaded, and until then every path is answered 503
 * with {@code {"error":{"message":"Loading model","type":"unavailable_error","code":503}}}. Nothing of the request was processed.
 */
public final class LoadingModel {

    /** The words that tell it from other 503s. */
    public static final String MESSAGE = "Loading model";

    private static final String TOLD = "\"" + MESSAGE + "\"";

    private LoadingModel() {}

    /** Whether an answer says so; the beginning of its body is enough. */
    public static boolean told(int status, CharSequence body) {
        return status == 503 && body.toString().contains(TOLD);
    }
}
