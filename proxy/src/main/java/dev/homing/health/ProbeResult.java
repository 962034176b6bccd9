// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import dev.homing.loop.DurationText;
import java.time.Duration;

/** What came of one probe. Its text is for people: it names what was seen, never a header or a body. */
public sealed interface ProbeResult {

    /** What it means for the backend's health. */
    Health.Event event();

    /** Half a sentence, such as {@code probe answered 404}. */
    String text();

    /**
     * Answered.
     *
     * @param code as it came, 100 to 999 if the backend keeps to RFC 9110
     * @param loading whether it is a llama-server's "Loading model"
     */
    record Answered(int code, boolean loading) implements ProbeResult {

        @Override
        public Health.Event event() {
            if (code == 503) {
                return loading ? Health.Event.PROBE_LOADING : Health.Event.PROBE_UNAVAILABLE;
            }
            // redirects are not followed: a health path that points elsewhere tells nothing about this backend
            return code >= 200 && code <= 299 ? Health.Event.PROBE_GOOD : Health.Event.PROBE_BAD;
        }

        @Override
        public String text() {
            return "probe answered " + code + (loading ? " \"" + LoadingModel.MESSAGE + "\"" : "");
        }
    }

    /** Nobody listens at {@code address}. */
    record Refused(String address) implements ProbeResult {

        @Override
        public Health.Event event() {
            return Health.Event.PROBE_REFUSED;
        }

        @Override
        public String text() {
            return "probe refused (connect to " + address + ")";
        }
    }

    /** No whole answer within {@code limit}. */
    record TimedOut(Duration limit) implements ProbeResult {

        @Override
        public Health.Event event() {
            return Health.Event.PROBE_BAD;
        }

        @Override
        public String text() {
            return "probe timed out after " + DurationText.of(limit);
        }
    }

    /** homing had no file descriptor or port for it, which says nothing about a backend that was up. */
    record Unsent(String reason) implements ProbeResult {

        @Override
        public Health.Event event() {
            return Health.Event.PROBE_BAD;
        }

        @Override
        public String text() {
            return "probe not sent (" + reason + ")";
        }
    }

    /** Anything else: a name that does not resolve, a broken connection, an answer that is not HTTP. */
    record Failed(String reason) implements ProbeResult {

        @Override
        public Health.Event event() {
            return Health.Event.PROBE_BAD;
        }

        @Override
        public String text() {
            return "probe failed (" + reason + ")";
        }
    }
}
