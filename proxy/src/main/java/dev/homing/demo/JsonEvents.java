// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

/** What a {@link JsonScanner} tells while bytes pass: the document's structure, and its texts in pieces as they arrive. */
interface JsonEvents {

    void startObject();

    void endObject();

    void startArray();

    void endArray();

    /** The name of the member whose value follows; names beyond 256 bytes are cut. */
    void key(String name);

    /** A text value begins; its bytes follow in any number of pieces. */
    void startText();

    /** A piece of the text, unescaped, UTF-8; the array is the scanner's own and only valid during the call. */
    void text(byte[] bytes, int offset, int length);

    void endText();

    /** A number, {@code true}, {@code false} or {@code null}, as written. */
    void literal(String value);
}
