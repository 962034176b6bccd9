// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.homing.e2e.storm.Answer.End;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Says of each answer what it was, and of each wrong one what is wrong. Any thread. */
final class Judge {

    /** Whole, and right to the last byte. */
    static final String COMPLETE = "complete";

    static final String CUT = "cut";
    static final String LEFT = "left";
    static final String TUNNELLED = "tunnelled";
    static final String WRONG = "WRONG";

    /** By homing itself: 400, 408 and 413 are the clients' doing. */
    private static final Set<Integer> OWN = Set.of(400, 408, 413, 429, 502, 503, 504);

    private static final int MOST_TOLD = 300;

    private final Ledger ledger;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, LongAdder> verdicts = new ConcurrentSkipListMap<>();

    Judge(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Judges the answer to the request with that nonce; the verdict. */
    String judge(String nonce, Answer answer) {
        String wrong = answer.status() == 0
                ? none(nonce, answer)
                : answer.nonce() == null ? own(answer) : relayed(nonce, answer);
        if (answer.end() == End.SILENCE) {
            wrong = "no end within all limits";
        }
        String verdict = wrong == null ? verdict(answer) : WRONG;
        if (wrong != null) {
            ledger.wrong(nonce + " " + answer.path() + " " + answer.status() + ": " + wrong + "; "
                    + ledger.sighting(answer.sighting()));
        }
        count(verdict);
        return verdict;
    }

    /** Something else was wrong. */
    void wrong(String what) {
        ledger.wrong(what);
        count(WRONG);
    }

    void count(String verdict) {
        verdicts.computeIfAbsent(verdict, any -> new LongAdder()).increment();
    }

    /** How many of each there were. */
    Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        verdicts.forEach((verdict, count) -> counts.put(verdict, count.sum()));
        return counts;
    }

    private static String verdict(Answer answer) {
        return switch (answer.end()) {
            case LEFT -> LEFT;
            case CUT -> answer.status() == 0 ? "closed unanswered" : CUT;
            default ->
                answer.status() == 101 ? TUNNELLED : answer.nonce() == null ? "homing's " + answer.status() : COMPLETE;
        };
    }

    /** No answer at all: null when that is right, since its backend had begun one that broke before it was sent on. */
    private @Nullable String none(String nonce, Answer answer) {
        return answer.end() == End.LEFT || ledger.answered(nonce) ? null : "closed, and nobody had begun to answer";
    }

    /** The answer of a backend: null when it is right as far as it goes. */
    private @Nullable String relayed(String nonce, Answer answer) {
        Sighting sighting = ledger.sighting(answer.sighting());
        if (sighting == null || !nonce.equals(answer.nonce()) || !nonce.equals(sighting.nonce())) {
            return "the answer to " + answer.nonce();
        }
        if (answer.status() == 101) {
            return sighting.act() == Act.TUNNEL ? null : "switched by a backend that did not";
        }
        if (!sighting.answer().startsWith(answer.body())) {
            return "bytes that are not its own: " + text(answer);
        }
        if (answer.end() == End.COMPLETE && answer.body().length() != sighting.whole()) {
            return "a clean end after " + answer.body().length() + " bytes";
        }
        return null;
    }

    /** The answer of homing itself: null when it is in the API's shape. */
    private @Nullable String own(Answer answer) {
        if (!OWN.contains(answer.status())) {
            return "a status that homing has no reason for";
        }
        if (answer.end() != End.COMPLETE) {
            return null;
        }
        try {
            JsonNode root = json.readTree(answer.body());
            JsonNode error = root.path("error");
            boolean right = answer.path().startsWith("/v1/messages")
                    ? root.path("type").asText().equals("error")
                    : error.path("code").isTextual() && error.has("param");
            boolean told = !error.path("message").asText().isEmpty()
                    && error.path("type").isTextual();
            return right && told ? null : "an error in the wrong shape: " + text(answer);
        } catch (IOException e) {
            return "no JSON: " + text(answer);
        }
    }

    private static String text(Answer answer) {
        return answer.body().substring(0, Math.min(MOST_TOLD, answer.body().length()));
    }
}
