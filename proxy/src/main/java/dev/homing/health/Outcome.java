// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

/**
 * How one real request to a backend ended, as far as the backend's health is concerned. The last four are
 * faults, which count towards ejection; the others do not.
 */
public enum Outcome {
    /** An answer that says nothing against the backend: 2xx to 4xx, and 500, which llama-server gives for malformed JSON. */
    NEUTRAL,
    /** 429 or 503: busy, not broken. */
    BACK_PRESSURE,
    /** A llama-server's 503 "Loading model": out until probes pass. */
    LOADING,
    /** No connection could be made. */
    CONNECT_FAILED,
    /** The connection broke, or what came over it was not HTTP. */
    RESET,
    /** Silence for longer than a timeout allows. */
    TIMEOUT,
    /** 502 or 504: what stands behind the backend's address is broken. */
    BAD_GATEWAY
}
