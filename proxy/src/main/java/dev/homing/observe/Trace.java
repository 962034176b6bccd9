// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.util.HexFormat;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The place of one request in a trace: the trace that it is part of, and homing's own span in it, whose id a backend is told as its parent's. W3C
 * Trace Context, level 2.
 *
 * @param high the first 16 hex digits of the trace's id
 * @param low the others; not both are 0
 * @param parent the client's span, 0 when the trace begins here
 * @param span homing's own, never 0
 * @param flags {@link #SAMPLED} and {@link #RANDOM}, or'ed
 */
public record Trace(long high, long low, long parent, long span, int flags) {

    /** Whoever began the trace wants its spans. */
    static final int SAMPLED = 1;

    /** The last 7 bytes of the trace's id are random. */
    static final int RANDOM = 2;

    /** Flags that have a meaning by now: none of the others may be sent on, section 3.2.2.5. */
    static final int KNOWN = SAMPLED | RANDOM;

    private static final HexFormat HEX = HexFormat.of();

    /**
     * Goes on with the trace of a client that tells it in one sound header; begins one, sampled, for any other.
     *
     * @param sent the values of all {@code traceparent} headers
     * @param random numbers for ids
     */
    static Trace of(List<String> sent, LongSupplier random) {
        Traceparent from = sent.size() == 1 ? Traceparent.read(sent.get(0)) : null;
        return from == null
                ? new Trace(random.getAsLong(), id(random), 0, id(random), KNOWN)
                : new Trace(from.high(), from.low(), from.parent(), id(random), from.flags());
    }

    private static long id(LongSupplier random) {
        long id = random.getAsLong();
        while (id == 0) {
            id = random.getAsLong();
        }
        return id;
    }

    /** Whether it goes on with a trace that the client is part of. */
    public boolean continued() {
        return parent != 0;
    }

    /** Whether its span is to be sent to a collector. */
    public boolean sampled() {
        return (flags & SAMPLED) != 0;
    }

    /** What a backend is sent as {@code traceparent}. */
    public String traceparent() {
        return "00-" + traceId() + "-" + hex(span) + "-0" + flags;
    }

    /** 32 lower-case hex digits. */
    String traceId() {
        return hex(high) + hex(low);
    }

    /** 16 lower-case hex digits, as ids of spans are written. */
    static String hex(long id) {
        return HEX.toHexDigits(id);
    }
}
