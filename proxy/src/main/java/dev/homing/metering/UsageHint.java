// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;

/**
 * A cheap look for bytes that might be the key of a usage: {@code usage"} or {@code timings"}. Where it finds none there is none, because
 * every {@link Dialect} has its numbers under one of those keys (held by {@link Dialect#tree}); where it finds one, it may as well be text, which the tokenizer decides.
 * Both words have a {@code g}, which is rare in an event: the search hops from one to the next.
 */
final class UsageHint {

    private static final byte[] USAGE = {'u', 's', 'a', 'g', 'e', '"'};
    private static final byte[] TIMINGS = {'t', 'i', 'm', 'i', 'n', 'g', 's', '"'};
    private static final int G_OF_USAGE = 3;
    private static final int G_OF_TIMINGS = 5;

    private UsageHint() {}

    /** Whether a value at that path of a {@link PathNode} stands under one of the keys. */
    static boolean covers(String path) {
        List<String> keys = Arrays.asList(path.split("\\."));
        return keys.contains("usage") || keys.contains("timings");
    }

    /** The index of the {@code g} of the first of either word that lies wholly in the part, -1 when there is none. */
    static int find(ByteBuf buf, int from, int to) {
        int g = buf.indexOf(from, to, (byte) 'g');
        while (g >= 0) {
            if (matches(buf, g - G_OF_USAGE, from, to, USAGE) || matches(buf, g - G_OF_TIMINGS, from, to, TIMINGS)) {
                return g;
            }
            g = buf.indexOf(g + 1, to, (byte) 'g');
        }
        return -1;
    }

    private static boolean matches(ByteBuf buf, int start, int from, int to, byte[] word) {
        if (start < from || start + word.length > to) {
            return false;
        }
        for (int i = word.length - 1; i >= 0; i--) {
            if (buf.getByte(start + i) != word[i]) {
                return false;
            }
        }
        return true;
    }
}
