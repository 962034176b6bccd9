// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;

/**
 * One request as a client means to send it over HTTP/1.
 *
 * @param size bytes of its body
 * @param broken whether its body ends in what is no chunk
 * @param fields besides those that every request has
 */
record Ask(String nonce, String path, int size, Framing framing, boolean broken, List<String> fields) {

    private static final int SESSIONS = 40;
    private static final int LARGE = 300_000;

    /** More than homing takes here. */
    private static final int TOO_LARGE = 1_100_000;

    enum Framing {
        NONE,
        LENGTH,
        CHUNKED
    }

    static Ask any(Chance chance, String nonce) {
        Framing framing = chance.of(List.of(Framing.NONE, Framing.LENGTH, Framing.LENGTH, Framing.CHUNKED));
        int size = framing == Framing.NONE
                ? 0
                : chance.in(10) ? LARGE : chance.in(2) ? TOO_LARGE : chance.between(1, 3_000);
        List<String> fields = fields(chance);
        if (framing != Framing.NONE && chance.in(5)) {
            fields.add("Expect: 100-continue");
        }
        boolean broken = framing == Framing.CHUNKED && chance.in(5);
        return new Ask(nonce, path(chance), size, framing, broken, fields);
    }

    /** One without a body. */
    static Ask small(Chance chance, String nonce) {
        return new Ask(nonce, path(chance), 0, Framing.NONE, false, fields(chance));
    }

    /** The session that a request names, as one field; most do. */
    static List<String> fields(Chance chance) {
        List<String> fields = new ArrayList<>();
        if (chance.in(70)) {
            fields.add("X-Session-Id: session-" + chance.between(1, SESSIONS));
        }
        return fields;
    }

    static String path(Chance chance) {
        return chance.of(List.of("/v1/chat/completions", "/v1/messages"));
    }

    byte[] head(String version) {
        StringBuilder head = new StringBuilder(framing == Framing.NONE ? "GET " : "POST ")
                .append(path)
                .append(' ')
                .append(version)
                .append("\r\nHost: h\r\nX-Nonce: ")
                .append(nonce)
                .append("\r\nX-Size: ")
                .append(broken ? Asked.NO_END : size)
                .append("\r\n");
        fields.forEach(field -> head.append(field).append("\r\n"));
        switch (framing) {
            case NONE -> {}
            case LENGTH -> head.append("Content-Length: ").append(size).append("\r\n");
            case CHUNKED -> head.append("Transfer-Encoding: chunked\r\n");
        }
        return head.append("\r\n").toString().getBytes(US_ASCII);
    }

    byte[] body() {
        return Payload.prompt(nonce, size);
    }

    /** What ends the body. */
    byte[] end() {
        String end = framing != Framing.CHUNKED ? "" : broken ? "no chunk\r\n\r\n" : "0\r\n\r\n";
        return end.getBytes(US_ASCII);
    }

    boolean expectsContinue() {
        return fields.contains("Expect: 100-continue");
    }
}
