// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.steady;

/**
 * What a client was told in answer to one request.
 *
 * @param backend by {@code X-Homing-Backend}, empty when no head came
 * @param decision by {@code X-Homing-Decision}, empty when no head came
 * @param problem empty when the answer came whole, and right to the last byte
 */
record Heard(String session, String backend, String decision, String problem) {

    /** What the problem of a stream that broke after its head begins with. */
    static final String CUT = "cut";

    boolean failed() {
        return !problem.isEmpty();
    }

    boolean cut() {
        return problem.startsWith(CUT);
    }
}
