// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.io.PrintWriter;
import java.util.Locale;

/** Progress as text: one line that is drawn over and over on a terminal, else a line for each quarter. */
public final class ProgressBar implements Progress {

    private static final int WIDTH = 30;

    private final PrintWriter out;
    private final boolean terminal;
    private int lastQuarter;

    public ProgressBar(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void at(String phase, int done, int all) {
        if (terminal) {
            int filled = WIDTH * done / all;
            String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
            out.print(String.format(Locale.ROOT, "\r%-12s [%s] %d/%d", phase, bar, done, all));
            out.print(done == all ? "\n" : "");
        } else {
            int quarter = 4 * done / all;
            if (done == 0 || quarter != lastQuarter) {
                out.println(String.format(Locale.ROOT, "%s: %d of %d requests", phase, done, all));
            }
            lastQuarter = quarter;
        }
        out.flush();
    }
}
