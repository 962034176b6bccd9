// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.util.Map;

/**
 * What one peer came to in one round of one scenario.
 *
 * @param figures by {@link Figure}; those that do not apply are missing
 */
record Sample(String scenario, String peer, int round, Map<Figure, Double> figures) {}
