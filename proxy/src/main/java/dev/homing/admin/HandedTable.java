// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import java.util.Base64;

/**
 * The sticky table for a process that takes over.
 *
 * @param table a snapshot, base64
 */
public record HandedTable(String table) {

    public static HandedTable of(byte[] snapshot) {
        return new HandedTable(Base64.getEncoder().encodeToString(snapshot));
    }

    /** As it was given. */
    public byte[] bytes() {
        return Base64.getDecoder().decode(table);
    }
}
