// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Decodes header blocks into {@link RequestFields}. It reads twice as far as clients are told that they may go, so that what is too large can be
 * answered in place of being reset.
 */
final class RequestFieldsDecoder extends DefaultHttp2HeadersDecoder {

    private static final int MARGIN = 2;

    /** @param limit bytes of a header list, by the measure of RFC 9113 section 6.5.2, as clients are told */
    RequestFieldsDecoder(long limit) {
        super(false, MARGIN * limit);
    }

    @Override
    public void maxHeaderListSize(long max, long goAwayMax) throws Http2Exception {
        super.maxHeaderListSize(MARGIN * max, MARGIN * goAwayMax);
    }

    @Override
    protected Http2Headers newHeaders() {
        return new RequestFields(numberOfHeadersGuess());
    }
}
