// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * What {@code homing key} printed.
 *
 * @param key for the client
 * @param line for the file
 */
public record NewKey(String key, String line) {

    public static NewKey of(String name) {
        StringWriter out = new StringWriter();
        Main.commandLine().setOut(new PrintWriter(out, true)).execute("key", name);
        List<String> lines = out.toString().lines().toList();
        return new NewKey(lines.get(0), lines.get(1));
    }
}
