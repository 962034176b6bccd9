// SPDX-License-Identifier: Apache-2.0
/** homing beside HAProxy, nginx and Caddy over the same engines, in one run: what each costs, adds and holds. */
@NullMarked
package dev.homing.bench.lab;

import org.jspecify.annotations.NullMarked;
