// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

/** The sections that a pool may override. */
public record PoolSettings(
        Affinity affinity, Queue queue, Health health, Timeouts timeouts, Limits limits, UpstreamRules upstream) {}
