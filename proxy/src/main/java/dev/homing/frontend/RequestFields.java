// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.upstream.MessageFields;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one HTTP/2 request, or of its trailers, with the first rule of RFC 9113 section 8 that they break. Each is looked at as it is
 * decoded, because their order is a rule as well. Nothing is kept of what follows a fault.
 */
final class RequestFields extends DefaultHttp2Headers {

    /** Bytes that a field costs on an HTTP/1 wire beyond its name and value. */
    private static final int LINE = 4;

    /** {@code :protocol} is not among them: RFC 8441 has to be offered first. */
    private static final Set<AsciiString> PSEUDO = Set.of(
            PseudoHeaderName.METHOD.value(),
            PseudoHeaderName.SCHEME.value(),
            PseudoHeaderName.AUTHORITY.value(),
            PseudoHeaderName.PATH.value());

    /** Section 8.2.2. */
    private static final Set<AsciiString> CONNECTION_SPECIFIC = Set.of(
            HttpHeaderNames.CONNECTION,
            AsciiString.cached("keep-alive"),
            AsciiString.cached("proxy-connection"),
            HttpHeaderNames.TRANSFER_ENCODING,
            HttpHeaderNames.UPGRADE);

    private @Nullable String fault;
    private boolean pseudo;
    private int count;
    private int bytes;

    RequestFields(int sizeHint) {
        super(false, sizeHint);
    }

    /** Fields that are no pseudo-headers. */
    int count() {
        return count;
    }

    /** Bytes of those fields, as an HTTP/1 wire would carry them. */
    int bytes() {
        return bytes;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        if (fault != null) {
            return this;
        }
        fault = name.length() > 0 && name.charAt(0) == ':' ? ofPseudo(name, value) : ofField(name, value);
        return fault == null ? super.add(name, value) : this;
    }

    /** Why they are no request's, null when they are. */
    @Nullable String faultOfRequest() {
        if (fault != null) {
            return fault;
        }
        if (method() == null || !FramingGuard.token(method().toString())) {
            return ":method (expected: a token)";
        }
        if (HttpMethod.CONNECT.asciiName().contentEquals(method())) {
            return authority() == null ? ":authority of a CONNECT: none (expected: one)" : null;
        }
        if (scheme() == null
                || !(scheme().toString().equals("http") || scheme().toString().equals("https"))) {
            return ":scheme (expected: http or https)";
        }
        return path() == null || path().length() == 0 ? ":path: none (expected: one)" : null;
    }

    /** Why they are no trailers, null when they are. */
    @Nullable String faultOfTrailers() {
        return fault == null && pseudo ? "a pseudo-header in trailers (expected: none)" : fault;
    }

    private @Nullable String ofPseudo(CharSequence name, CharSequence value) {
        pseudo = true;
        if (count > 0) {
            return "a pseudo-header after a field (expected: before all)";
        }
        if (!PSEUDO.contains(AsciiString.of(name))) {
            return "an unknown pseudo-header";
        }
        return contains(name) ? "pseudo-header " + name + ": two (expected: one)" : ofValue(name, value);
    }

    private @Nullable String ofField(CharSequence name, CharSequence value) {
        count++;
        bytes += name.length() + value.length() + LINE;
        if (!lowerCaseToken(name)) {
            return "a field's name (expected: a token in lower case)";
        }
        AsciiString field = AsciiString.of(name);
        if (CONNECTION_SPECIFIC.contains(field)) {
            return "field " + name + ": none of HTTP/2";
        }
        if (HttpHeaderNames.TE.equals(field) && !HttpHeaderValues.TRAILERS.contentEqualsIgnoreCase(value)) {
            return "field te (expected: trailers)";
        }
        if (HttpHeaderNames.CONTENT_LENGTH.equals(field) && (contains(name) || !MessageFields.isLength(value))) {
            return "field content-length (expected: one decimal number)";
        }
        return ofValue(name, value);
    }

    /** Section 8.2.1, and no other control character either. */
    private static @Nullable String ofValue(CharSequence name, CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return "the value of " + name + ": character 0x" + Integer.toHexString(c) + " at " + i;
            }
        }
        return value.length() > 0 && (blank(value.charAt(0)) || blank(value.charAt(value.length() - 1)))
                ? "the value of " + name + ": a blank around it (expected: none)"
                : null;
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean lowerCaseToken(CharSequence name) {
        return FramingGuard.token(name) && name.chars().noneMatch(c -> c >= 'A' && c <= 'Z');
    }
}
