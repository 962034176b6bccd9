// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.util.List;
import java.util.Locale;

/** A bar chart as SVG that reads well on light and on dark pages: a bar for each peer up to its median, a line from the least to the most. */
final class Bars {

    private static final int WIDTH = 760;
    private static final int LEFT = 170;
    private static final int RIGHT = 110;
    private static final int TOP = 40;
    private static final int STEP = 30;
    private static final int THICK = 18;

    private Bars() {}

    /** @param ours whether it is the one that the others are compared with */
    record Bar(String name, Statistics value, boolean ours) {}

    static String svg(String title, List<Bar> bars) {
        double most = bars.stream().mapToDouble(bar -> bar.value().most()).max().orElse(1);
        double scale = (WIDTH - LEFT - RIGHT) / Math.max(most, 1e-9);
        int height = TOP + bars.size() * STEP + 10;
        StringBuilder svg = new StringBuilder();
        svg.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">%n",
                WIDTH, height, WIDTH, height));
        svg.append("""
                <style>
                text { font: 14px system-ui, sans-serif; fill: #24292f }
                .title { font-weight: 600 }
                .ours { fill: #0969da } .theirs { fill: #8c959f }
                .spread { stroke: #24292f; stroke-width: 1.5 }
                @media (prefers-color-scheme: dark) {
                  text { fill: #e6edf3 } .ours { fill: #58a6ff } .theirs { fill: #6e7681 } .spread { stroke: #e6edf3 }
                }
                </style>
                """);
        svg.append(format("<title>%s</title>%n<text class=\"title\" x=\"10\" y=\"22\">%s</text>%n", title, title));
        for (int i = 0; i < bars.size(); i++) {
            bar(svg, bars.get(i), TOP + i * STEP, scale);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void bar(StringBuilder svg, Bar bar, int y, double scale) {
        Statistics value = bar.value();
        int middle = y + THICK / 2;
        svg.append(format("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n", LEFT - 10, y + 14, bar.name()));
        svg.append(format(
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n",
                bar.ours() ? "ours" : "theirs", LEFT, y, value.median() * scale, THICK));
        svg.append(format(
                "<line class=\"spread\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n",
                LEFT + value.least() * scale, middle, LEFT + value.most() * scale, middle));
        svg.append(format(
                "<text x=\"%.1f\" y=\"%d\">%s</text>%n",
                LEFT + value.most() * scale + 8, y + 14, Statistics.number(value.median())));
    }

    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
