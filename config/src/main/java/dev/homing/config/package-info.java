// SPDX-License-Identifier: Apache-2.0
/**
 * The configuration as immutable values. {@code ConfigReader} makes them from YAML; everything else only reads them. No value in here
 * knows Netty, a clock or a file descriptor.
 */
@NullMarked
package dev.homing.config;

import org.jspecify.annotations.NullMarked;
