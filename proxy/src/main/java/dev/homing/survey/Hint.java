// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import java.net.URI;
import java.util.Locale;

/** What mostly lies behind a failure that does not say so itself: the wrong scheme. */
final class Hint {

    private Hint() {}

    /** The reason, with a guess when there is one. */
    static String added(URI url, String reason) {
        boolean plain = "http".equals(url.getScheme().toLowerCase(Locale.ROOT));
        if (plain && (reason.startsWith("the answer is not HTTP") || reason.equals("closed before an answer"))) {
            return reason + "; perhaps it speaks TLS: https://";
        }
        if (!plain && reason.contains("not an SSL/TLS record")) {
            return "the answer is not TLS; perhaps it speaks none: http://";
        }
        if (!plain && reason.contains("certification path")) {
            return reason + "; upstream_tls.ca names the authority that signed its certificate";
        }
        return reason;
    }
}
