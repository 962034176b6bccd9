// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import org.jspecify.annotations.Nullable;

/** Gives requests their place in a trace. Any event loop. */
public interface Traces {

    /** Nobody traces. */
    Traces NONE = asked -> null;

    /** The place of a request whose head has come, to be told in {@link Asked#trace} when it ends; null while nobody traces. */
    @Nullable Trace begin(Asked asked);
}
