// SPDX-License-Identifier: Apache-2.0
/** What the data plane tells about its work, and the meters made of it. */
@NullMarked
package dev.homing.observe;

import org.jspecify.annotations.NullMarked;
