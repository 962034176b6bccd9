// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

/**
 * A pattern in which {@code *} stands for any text, the empty one too. Everything else stands for itself, with case.
 */
public record Glob(String pattern) {

    /** Whether all of {@code text} looks like the pattern, in at most the product of their lengths steps. */
    public boolean matches(String text) {
        int at = 0;
        int in = 0;
        int star = -1;
        int retry = 0;
        while (at < text.length()) {
            if (in < pattern.length() && pattern.charAt(in) == '*') {
                star = in++;
                retry = at;
            } else if (in < pattern.length() && pattern.charAt(in) == text.charAt(at)) {
                in++;
                at++;
            } else if (star >= 0) {
                in = star + 1;
                at = ++retry;
            } else {
                return false;
            }
        }
        while (in < pattern.length() && pattern.charAt(in) == '*') {
            in++;
        }
        return in == pattern.length();
    }
}
