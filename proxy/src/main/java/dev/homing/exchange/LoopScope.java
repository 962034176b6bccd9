// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.loop.Deadlines;
import dev.homing.observe.Traces;
import dev.homing.upstream.Upstreams;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What exchanges on one event loop work with.
 *
 * @param loop runs tasks on this loop
 * @param deadlines of this loop
 * @param upstreams of this loop
 * @param nanoTime a monotonic clock, in nanoseconds
 * @param traces gives requests their place in a trace
 */
public record LoopScope(
        Executor loop, Deadlines deadlines, Upstreams upstreams, LongSupplier nanoTime, Traces traces, Shared shared) {}
