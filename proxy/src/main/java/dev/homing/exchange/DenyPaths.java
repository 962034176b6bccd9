// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.routing.RouteMatcher;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Paths that clients never reach: the engines' own controls. Compared the way the engines read a path, with percent-encoding decoded and dot
 * segments and doubled slashes resolved (RFC 3986 section 6.2.2), so that no spelling slips past; what is sent on is never rewritten.
 */
record DenyPaths(List<String> prefixes) {

    /** Whether {@code path}, without its query, is one of them or lies below one. */
    boolean covers(String path) {
        if (prefixes.isEmpty()) {
            return false;
        }
        boolean plain = path.indexOf('%') < 0 && path.indexOf("//") < 0 && path.indexOf("/.") < 0;
        String read = plain ? path : resolved(decoded(path));
        for (int i = 0; i < prefixes.size(); i++) {
            if (RouteMatcher.underPrefix(read, prefixes.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static String decoded(String path) {
        StringBuilder out = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%' && i + 2 < path.length()) {
                int high = Character.digit(path.charAt(i + 1), 16);
                int low = Character.digit(path.charAt(i + 2), 16);
                if (high >= 0 && low >= 0) {
                    c = (char) (high << 4 | low);
                    i += 2;
                }
            }
            out.append(c);
        }
        return out.toString();
    }

    private static String resolved(String path) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        return "/" + String.join("/", segments);
    }
}
