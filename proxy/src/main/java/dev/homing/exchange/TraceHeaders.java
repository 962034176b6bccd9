// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.observe.Trace;
import io.netty.util.AsciiString;

/** The headers by which a request tells its place in a trace, W3C Trace Context section 3. */
final class TraceHeaders {

    static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString TRACESTATE = AsciiString.cached("tracestate");

    private TraceHeaders() {}

    /** Whether a client's header is not sent on by a homing that traces: its own place, and what belongs to a trace that another one took the place of. */
    static boolean replaced(CharSequence name, Trace trace) {
        return TRACEPARENT.contentEqualsIgnoreCase(name)
                || (!trace.continued() && TRACESTATE.contentEqualsIgnoreCase(name));
    }
}
