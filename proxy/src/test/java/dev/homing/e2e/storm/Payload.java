// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** The bytes of one request, and of its answer: all along they carry its nonce, so that not a piece of another's would pass for them. */
public final class Payload {

    private Payload() {}

    /** An answer as a stream of events, with its usage at the end. */
    public static String answer(String nonce, int events) {
        StringBuilder text = new StringBuilder(events * 100 + 200);
        for (int i = 0; i < events; i++) {
            text.append(event(nonce, i));
        }
        return text.append("data: {\"nonce\":\"")
                .append(nonce)
                .append("\",\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":")
                .append(events)
                .append(",\"prompt_tokens_details\":{\"cached_tokens\":5}}}\n\ndata: [DONE]\n\n")
                .toString();
    }

    private static String event(String nonce, int number) {
        return "data: {\"nonce\":\"" + nonce + "\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + number
                + "\"}}]}\n\n";
    }

    /** A request's body of that many bytes. */
    static byte[] prompt(String nonce, int length) {
        byte[] bytes = new byte[length];
        byte[] word = (nonce + ' ').getBytes(US_ASCII);
        for (int i = 0; i < length; i++) {
            bytes[i] = word[i % word.length];
        }
        return bytes;
    }
}
