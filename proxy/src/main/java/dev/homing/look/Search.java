// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** One thing that is looked for in a body. Confined to the event loop of its request. */
interface Search {

    /**
     * Sees each token in turn, keys left out.
     *
     * @param depth objects and arrays that are open around the value that the token begins, ends or is
     * @param parser asked for the token's text and for the key that it stands under, and for nothing else
     */
    void token(JsonToken token, int depth, JsonParser parser) throws IOException;

    /** Whether nothing that may still come can change the answer. */
    boolean over();
}
