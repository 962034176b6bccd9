// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import dev.homing.health.Fetched;
import dev.homing.health.LoadingModel;
import dev.homing.health.ProbeResult;
import dev.homing.loop.DurationText;

/** How a backend was found to be, by what its health page said. */
public sealed interface Finding {

    /** A word or two for people. */
    String text();

    /** It serves. */
    record Ready() implements Finding {

        @Override
        public String text() {
            return "ready";
        }
    }

    /** A llama-server whose model is not there yet; until then it tells nothing else. */
    record Loading() implements Finding {

        @Override
        public String text() {
            return "loads its model";
        }
    }

    /** It answered its health page with anything but 2xx. */
    record Unwell(int status) implements Finding {

        @Override
        public String text() {
            return "not healthy (answered " + status + ")";
        }
    }

    /**
     * Nothing that could be read came from it.
     *
     * @param why half a sentence for people: what came in place of an answer
     */
    record Unreached(String why) implements Finding {

        @Override
        public String text() {
            return "not reached (" + why + ")";
        }
    }

    /** What follows from what a health page's request came to. */
    static Finding of(Fetched health) {
        if (health instanceof Fetched.Page page) {
            if (LoadingModel.told(page.status(), page.body())) {
                return new Loading();
            }
            return page.status() >= 200 && page.status() <= 299 ? new Ready() : new Unwell(page.status());
        }
        return new Unreached(why(((Fetched.Nothing) health).why()));
    }

    private static String why(ProbeResult result) {
        if (result instanceof ProbeResult.Refused refused) {
            return refused.address() + " refuses connections";
        }
        if (result instanceof ProbeResult.TimedOut late) {
            return "no answer within " + DurationText.of(late.limit());
        }
        return result instanceof ProbeResult.Failed failed ? failed.reason() : result.text();
    }
}
