// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

/** What a backend is called wherever slots mean nothing: in another process, or after a restart. */
record BackendName(String pool, String id) {}
