// SPDX-License-Identifier: Apache-2.0
/**
 * Demo replicas that speak llama-server's and vLLM's dialects without a GPU, and the demonstration that drives conversations through a
 * proxy in front of them. {@code FakeEngine} is what tests use too.
 */
@NullMarked
package dev.homing.demo;

import org.jspecify.annotations.NullMarked;
