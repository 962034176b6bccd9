// SPDX-License-Identifier: Apache-2.0
/**
 * A storm: backends that break in every way that is known here, clients that leave at any moment, and an operator who changes everything meanwhile.
 * What clients are told is judged answer by answer, and what is left when it is over.
 */
@NullMarked
package dev.homing.e2e.storm;

import org.jspecify.annotations.NullMarked;
