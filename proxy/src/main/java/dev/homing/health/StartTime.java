// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a backend's {@code /metrics} tell of when its process was started. */
public sealed interface StartTime {

    /** It tells: seconds since 1970, as it wrote them; only ever compared. */
    record Told(double epochSeconds) implements StartTime {}

    /** It answered, and its answer tells nothing: no metrics, not for us, or without that one. */
    record Silent() implements StartTime {}

    /** It did not answer properly, which it may do another time. */
    record NoAnswer() implements StartTime {}

    /** Where it is told. */
    String PATH = "/metrics";

    /** The header of a llama-server that was started with {@code --metrics}. */
    String HEADER = "Process-Start-Time-Unix";

    /** The metric of Prometheus's own client, which vLLM and SGLang have. */
    Pattern METRIC = Pattern.compile("(?m)^process_start_time_seconds(?:\\{[^}\\n]*\\})?[ \\t]+([0-9][0-9.eE+]*)");

    /**
     * Reads an answer.
     *
     * @param header the value of {@link #HEADER}
     * @param body Prometheus text; its beginning is enough if the metric is in it
     */
    static StartTime of(int status, @Nullable String header, CharSequence body) {
        if (status >= 500 && status != 501) { // llama-server without --metrics says 501
            return new NoAnswer();
        }
        Matcher metric = METRIC.matcher(body);
        String text = header != null ? header : metric.find() ? metric.group(1) : "";
        try {
            double seconds = Double.parseDouble(text);
            return seconds > 0 ? new Told(seconds) : new Silent();
        } catch (NumberFormatException e) {
            return new Silent();
        }
    }
}
