// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * A backend's response head, with what this hop changes of it.
 *
 * @param response as it came
 * @param ending the headers that end at this hop
 * @param body how the body will be delimited for the client
 * @param added headers to add, as name, value, name, value
 */
public record ResponseHead(HttpResponse response, HopByHop ending, Body body, List<String> added) {

    public ResponseHead {
        added = List.copyOf(added);
    }

    /**
     * What this hop makes of a head.
     *
     * @param via this process's pseudonym in {@code Via}
     * @param told headers about the choice of the backend, as name, value, name, value
     */
    static ResponseHead of(HttpResponse response, Body body, String via, List<String> told) {
        List<String> added = new ArrayList<>(told);
        added.add("Via");
        added.add("1." + response.protocolVersion().minorVersion() + " " + via);
        return new ResponseHead(response, HopByHopHeaders.of(response.headers()), body, added);
    }

    /** Whether a header of the response goes to the client: none that ends here, nor a length with 1xx and 204, RFC 9110 section 8.6. */
    public boolean passes(CharSequence name) {
        int status = response.status().code();
        boolean lengthOfNothing =
                (status < 200 || status == 204) && HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name);
        return !lengthOfNothing && !ending.contains(name);
    }

    /** Tells which headers end at this hop. */
    public interface HopByHop {
        boolean contains(CharSequence name);
    }

    /** The framing towards an HTTP/1 client. */
    public enum Body {
        /** None, or as long as the {@code Content-Length} that came. */
        AS_DECLARED,
        CHUNKED,
        UNTIL_CLOSE
    }
}
