// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

/** What makes a backend the same one after a reload: its id within its pool's name, never its address. */
record BackendKey(String pool, String id) {}
