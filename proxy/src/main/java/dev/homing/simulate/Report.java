// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;

/** The figures of a replay, policy beside policy. */
public record Report(int copies, Scenario scenario, List<Row> rows) {

    public Report {
        rows = List.copyOf(rows);
    }

    /**
     * One policy on one trace.
     *
     * @param replayed all requests, counted or not
     */
    public record Row(String trace, int replayed, Policy policy, Figures figures) {}

    /** What people read. */
    public String table() {
        StringBuilder text = new StringBuilder();
        String trace = "";
        for (Row row : rows) {
            if (!row.trace().equals(trace)) {
                trace = row.trace();
                text.append(text.length() == 0 ? "" : "\n").append(heading(row));
            }
            Figures figures = row.figures();
            text.append(String.format(
                    Locale.ROOT,
                    "%-18s%9d%9.3f%10.2f%10.2f%10.2f%11.2f%9d\n",
                    row.policy().label(),
                    figures.requests(),
                    figures.cachedRatio(),
                    figures.firstToken().p50(),
                    figures.firstToken().p95(),
                    figures.firstToken().p99(),
                    figures.inflightImbalance(),
                    figures.sessionsMoved()));
        }
        return text.toString();
    }

    private String heading(Row row) {
        return String.format(
                        Locale.ROOT,
                        "%s: %,d requests%s on %d backends, caches of %,d tokens, seed %d\n",
                        row.trace(),
                        row.replayed(),
                        copies == 1 ? "" : " (" + copies + " copies)",
                        scenario.backends(),
                        scenario.cacheTokens(),
                        scenario.seed())
                + counted()
                + String.format(
                        Locale.ROOT,
                        "%-18s%9s%9s%10s%10s%10s%11s%9s\n",
                        "policy",
                        "requests",
                        "cached",
                        "ttft p50",
                        "p95 s",
                        "p99 s",
                        "imbalance",
                        "moved");
    }

    private String counted() {
        return switch (scenario.incident()) {
            case NONE -> "counted: all but the first tenth of the time\n";
            case FAIL -> "counted: the 5 minutes after one backend was lost\n";
            case SCALEOUT -> "counted: the 5 minutes after one backend was added\n";
            case RESTART -> "counted: the 5 minutes after homing's table was lost\n";
        };
    }

    /** What programs read: a list with one object a row. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartArray();
            for (Row row : rows) {
                write(json, row);
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new AssertionError("a string is written without fail", e);
        }
        return text.toString();
    }

    private void write(JsonGenerator json, Row row) throws IOException {
        Figures figures = row.figures();
        json.writeStartObject();
        json.writeStringField("trace", row.trace());
        json.writeNumberField("backends", scenario.backends());
        json.writeNumberField("copies", copies);
        json.writeNumberField("seed", scenario.seed());
        json.writeStringField("policy", row.policy().label());
        json.writeStringField("event", scenario.incident().label());
        json.writeNumberField("requests", figures.requests());
        json.writeNumberField("cached_ratio", figures.cachedRatio());
        json.writeNumberField("ttft_p50_s", figures.firstToken().p50());
        json.writeNumberField("ttft_p95_s", figures.firstToken().p95());
        json.writeNumberField("ttft_p99_s", figures.firstToken().p99());
        json.writeNumberField("inflight_imbalance", figures.inflightImbalance());
        json.writeNumberField("sessions_moved", figures.sessionsMoved());
        json.writeEndObject();
    }
}
