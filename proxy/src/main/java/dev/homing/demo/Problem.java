// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

/**
 * Why a request is not served; each dialect has its own words and status for it.
 *
 * @param detail what exactly, in the parser's words; may be empty
 * @param tokens tokens of the prompt, where that is the problem
 */
record Problem(Kind kind, String detail, long tokens) {

    enum Kind {
        LOADING,
        NOT_FOUND,
        METHOD,
        FRAMING,
        URI_TOO_LONG,
        BODY_TOO_LARGE,
        MEDIA_TYPE,
        BAD_JSON,
        BAD_FIELD,
        MISSING_FIELD,
        PREVIOUS_RESPONSE,
        CONTEXT,
        NO_SLOT
    }

    static Problem of(Kind kind) {
        return new Problem(kind, "", 0);
    }

    static Problem of(Kind kind, String detail) {
        return new Problem(kind, detail, 0);
    }
}
