// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.time.Duration;

/**
 * Requests that wait for a full backend.
 *
 * @param limit waiting per pool, {@code >= 0}; beyond it 429
 */
public record Queue(int limit, Duration timeout) {}
