// SPDX-License-Identifier: Apache-2.0
/** The clients' side: listeners, what of HTTP/1.1 is accepted, and one handler a connection. */
@NullMarked
package dev.homing.frontend;

import org.jspecify.annotations.NullMarked;
