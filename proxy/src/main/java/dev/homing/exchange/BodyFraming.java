// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.upstream.MessageFields;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/** How a response's body is delimited, RFC 9112 section 6.3, followed over the bytes as they pass. Confined to its event loop. */
abstract sealed class BodyFraming permits ChunkedBody, BodyFraming.Fixed, BodyFraming.UntilClose {

    /** Thrown when the bytes do not keep to the framing: the body cannot be relayed any further. */
    static final class Broken extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Broken(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * The framing of {@code response}.
     *
     * @param toHead whether the request was a HEAD, whose response never has a body
     * @throws Broken when it is ambiguous
     */
    static BodyFraming of(HttpResponse response, boolean toHead) {
        int status = response.status().code();
        if (toHead || status == 204 || status == 304) {
            return new Fixed(0);
        }
        HttpHeaders headers = response.headers();
        List<String> transferEncoding = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        List<String> contentLength = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        if (!transferEncoding.isEmpty()) {
            String coding = transferEncoding.get(0).strip();
            if (transferEncoding.size() > 1
                    || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding)
                    || !contentLength.isEmpty()
                    || !response.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                throw new Broken("transfer-encoding: " + transferEncoding + " (expected: chunked alone)");
            }
            return new ChunkedBody();
        }
        return contentLength.isEmpty() ? new UntilClose() : new Fixed(length(contentLength));
    }

    private static long length(List<String> values) {
        String value = values.get(0);
        if (values.size() > 1 || !MessageFields.isLength(value)) {
            throw new Broken("content-length: " + values + " (expected: one decimal number)");
        }
        return Long.parseLong(value);
    }

    /**
     * Follows the bytes from the reader index on and shows their payload to {@code sink}; moves no index.
     *
     * @return how many of the readable bytes belong to this body; fewer than there are only when it is complete
     * @throws Broken when they do not keep to the framing
     */
    abstract int follow(ByteBuf wire, PayloadSink sink);

    /** Whether the last byte of the body has passed. */
    abstract boolean complete();

    /** Whether what was followed so far ends where the next piece of payload might be another's. */
    boolean betweenChunks() {
        return true;
    }

    /** Whether only the end of the connection ends it. */
    boolean untilClose() {
        return false;
    }

    /** Whether the bytes carry chunk framing. */
    boolean chunked() {
        return false;
    }

    /** A body of known length, none included. */
    static final class Fixed extends BodyFraming {

        private long left;

        Fixed(long length) {
            this.left = length;
        }

        @Override
        int follow(ByteBuf wire, PayloadSink sink) {
            int length = (int) Math.min(left, wire.readableBytes());
            if (length > 0) {
                sink.payload(wire, wire.readerIndex(), length);
                left -= length;
            }
            return length;
        }

        @Override
        boolean complete() {
            return left == 0;
        }
    }

    /** A body that lasts as long as its connection. */
    static final class UntilClose extends BodyFraming {

        @Override
        int follow(ByteBuf wire, PayloadSink sink) {
            if (wire.isReadable()) {
                sink.payload(wire, wire.readerIndex(), wire.readableBytes());
            }
            return wire.readableBytes();
        }

        @Override
        boolean complete() {
            return false;
        }

        @Override
        boolean untilClose() {
            return true;
        }
    }
}
