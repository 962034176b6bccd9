// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;

/**
 * A message's headers as they are decoded, with one length at most. Of an HTTP/1.0 message's several lengths the codec takes the first and has
 * nobody know of the others, while the next party may take the last: RFC 9112 section 6.3.
 */
public final class MessageFields extends DefaultHttpHeaders {

    private static final int MAX_LENGTH_DIGITS = 18;

    /** Makes them for a decoder. */
    public static final HttpHeadersFactory FACTORY = new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
            return new MessageFields();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return new MessageFields();
        }
    };

    private MessageFields() {}

    /** Whether it is a {@code Content-Length}, RFC 9110 section 8.6: a decimal number of up to 18 digits, which a {@code long} holds. */
    public static boolean isLength(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() > 0 && text.length() <= MAX_LENGTH_DIGITS;
    }

    @Override
    public HttpHeaders add(CharSequence name, Object value) {
        if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
                && (contains(HttpHeaderNames.CONTENT_LENGTH) || value.toString().indexOf(',') >= 0)) {
            throw new IllegalArgumentException("Content-Length: several (expected: one decimal number)");
        }
        return super.add(name, value);
    }
}
