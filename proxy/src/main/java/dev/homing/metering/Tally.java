// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import org.jspecify.annotations.Nullable;

/** Adds up what the documents of one answer tell: one document, or one an event. */
sealed interface Tally permits InclusiveTally, ExclusiveTally {

    /** A document is complete. What a later one tells replaces what an earlier one told: counts are of the whole answer so far. */
    void document(Told told);

    /** What has been told, null when it is no usage yet. */
    @Nullable Usage usage();

    /** A usage whose cached part is believable: an engine that tells more cached tokens than prompt has told nothing. */
    static Usage usage(long prompt, long cached, long completion) {
        return new Usage(prompt, cached <= prompt ? cached : Usage.UNKNOWN, completion);
    }
}
