// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteBufferFeeder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a JSON body while it comes, from its first byte up to {@code limits.peek} and no further than it takes to know. The answer
 * depends on the bytes alone, never on how they were cut into parts.
 *
 * <p>A body that turns out to be no JSON tells nothing. One that is longer than what may be read tells what stood in the part that was read. Of a
 * string only the one under way is held, as characters, so a look holds at most some two bytes a byte of {@code limits.peek}.
 * Confined to the event loop of its request.
 */
public final class Look {

    /**
     * Keys are not interned, since clients choose them. A string has no bound of its own: {@code limits.peek} is one. Deeper nesting than 1,000
     * is no JSON to us. A comma too many is let pass, because this parser does so anyway where a part ends with it.
     */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1000)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final JsonParser parser;
    private final ByteBufferFeeder feeder;
    private final @Nullable KeySearch keys;
    private final @Nullable PromptSearch prompt;
    private int left;
    private int depth;
    private boolean over;
    private boolean broken;

    private Look(Wanted wanted, int peek) {
        try {
            this.parser = JSON.createNonBlockingByteBufferParser();
        } catch (IOException e) {
            throw new AssertionError("a parser without input reads nothing", e);
        }
        this.feeder = (ByteBufferFeeder) parser.getNonBlockingInputFeeder();
        this.keys = wanted.keys() == null ? null : new KeySearch(wanted.keys());
        this.prompt = wanted.prompt() == null ? null : new PromptSearch(wanted.prompt());
        this.left = peek;
    }

    /**
     * A look at a body of which nothing has come yet.
     *
     * @param peek bytes that may be read, {@code > 0}
     */
    public static Look begin(Wanted wanted, int peek) {
        return new Look(wanted, peek);
    }

    /** Whether the answer is known. */
    public boolean over() {
        return over;
    }

    /** The next bytes of the body; what is beyond its answer is not read. Moves no index of theirs. */
    public void read(ByteBuffer bytes) {
        if (over) {
            return;
        }
        int length = Math.min(bytes.remaining(), left);
        left -= length;
        try {
            feeder.feedInput(bytes.slice(bytes.position(), length));
            read();
        } catch (IOException e) {
            broken = true;
            close();
        }
        if (left == 0) {
            close();
        }
    }

    /** The body has ended: if its object has not, it is no JSON. */
    public void end() {
        if (!over) {
            broken = true;
            close();
        }
    }

    /** No more is read. */
    public void close() {
        if (over) {
            return;
        }
        over = true;
        try {
            parser.close();
        } catch (IOException e) {
            throw new AssertionError("a parser that reads no stream has nothing to close", e);
        }
    }

    /** The value at the most wanted of the keys that were found, null when there is none. */
    public @Nullable BodyKey key() {
        return broken || keys == null ? null : keys.found();
    }

    /** The beginning of the conversation, null when the body is no JSON or it was not asked for; asked when the look is over. */
    public @Nullable Prompt prompt() {
        return broken || prompt == null ? null : prompt.found();
    }

    private void read() throws IOException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.NOT_AVAILABLE; token = parser.nextToken()) {
            if (token != null && token != JsonToken.FIELD_NAME) {
                take(token);
            }
            if (depth == 0 || answered()) {
                close();
                return;
            }
        }
    }

    private void take(JsonToken token) throws IOException {
        if (token.isStructEnd()) {
            depth--;
        }
        if (depth == 0) {
            // Around everything else there is an object, or it is no request that is looked at.
            depth = token == JsonToken.START_OBJECT ? 1 : 0;
            return;
        }
        if (keys != null) {
            keys.token(token, depth, parser);
        }
        if (prompt != null) {
            prompt.token(token, depth, parser);
        }
        if (token.isStructStart()) {
            depth++;
        }
    }

    private boolean answered() {
        return (keys == null || keys.over()) && (prompt == null || prompt.over());
    }
}
