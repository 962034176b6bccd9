// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Damage to messages of a protocol: pieces of its grammar where they do not belong, and bytes by chance. Chars stand for bytes. */
public final class Mutation {

    /** Pieces of HTTP/1 in which readers have differed. */
    private static final List<String> PIECES = List.of(
            "\r\n",
            "\r",
            "\n",
            "\r\r\n",
            "\r\n\r\n",
            " ",
            "\t",
            "\u000b",
            "\u0000",
            "\u0080",
            "\u00a0",
            "\u00b2",
            ":",
            ";",
            ",",
            "\"",
            "\\",
            "0",
            "00",
            "5",
            "f",
            "-1",
            "+5",
            "0x5",
            "18446744073709551616",
            "ffffffffffffffff",
            "7fffffffffffffff",
            "80000000",
            "00000000000000005",
            "\r\n0\r\n\r\n",
            "5\r\nhello\r\n",
            ";a=\"b\nc\"\r\n",
            "Content-Length: 5\r\n",
            "Content-Length: 0\r\n",
            "Content-Length:\r\n",
            "Content-Length : 5\r\n",
            "content-length: 5, 5\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding:\u000bchunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "transfer_encoding: chunked\r\n",
            "Trailer: Content-Length\r\n",
            "Connection: close, content-length\r\n",
            "Upgrade: h2c\r\n",
            "Expect: 100-continue\r\n",
            "Host: g\r\n",
            "X: y\r\n z\r\n",
            "X\r\n",
            ": x\r\n",
            " HTTP/1.1\r\n",
            "HTTP/1.0",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 204 No Content\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            "http://h/",
            "HEAD ",
            "\u0016\u0003\u0001");

    private Mutation() {}

    /** A copy with up to {@code edits} edits, none included. */
    public static String of(String text, int edits, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int edit = random.nextInt(edits + 1); edit > 0 && !mutated.isEmpty(); edit--) {
            int at = random.nextInt(mutated.length() + 1);
            int end = Math.min(mutated.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(7)) {
                case 0 -> mutated.delete(at, end);
                case 1, 2 -> mutated.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 3 -> mutated.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
                case 4 ->
                    mutated.insert(at, mutated.substring(at, Math.min(mutated.length(), at + random.nextInt(80))));
                case 5 -> mutated.insert(lineAt(mutated, at), PIECES.get(random.nextInt(PIECES.size())));
                default -> mutated.setCharAt(Math.min(at, mutated.length() - 1), (char) random.nextInt(256));
            }
        }
        return mutated.toString();
    }

    /** The same bytes, cut as a network may cut them. */
    public static List<byte[]> parts(String text, Random random) {
        List<byte[]> parts = new ArrayList<>();
        int longest = 1 + random.nextInt(random.nextBoolean() ? 8 : 2 * text.length() + 1);
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(longest));
            parts.add(text.substring(at, end).getBytes(ISO_8859_1));
            at = end;
        }
        return parts;
    }

    /** Readable, with every byte told. */
    public static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\r' -> shown.append("\\r");
                case '\n' -> shown.append("\\n");
                default -> shown.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : String.format("\\x%02x", (int) c));
            }
        }
        return shown.toString();
    }

    private static int lineAt(StringBuilder text, int at) {
        return Math.min(text.length(), text.lastIndexOf("\n", at) + 1);
    }
}
