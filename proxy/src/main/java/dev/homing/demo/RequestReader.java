// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request of any {@link Api} as its body arrives: texts that a chat template would render go into the prompt's hash, a few small
 * members are kept, everything else passes by. Roles and ids are not rendered, because SDKs differ in where they write them.
 */
final class RequestReader implements JsonEvents {

    private static final Set<String> HEAD = Set.of("system", "instructions", "tools", "cache_salt");
    private static final Set<String> BODY = Set.of("messages", "input", "prompt", "content");
    private static final Set<String> UNRENDERED = Set.of(
            "role",
            "type",
            "id",
            "status",
            "index",
            "tool_use_id",
            "tool_call_id",
            "call_id",
            "signature",
            "ttl",
            "media_type");
    private static final Set<String> NUMBERS =
            Set.of("temperature", "top_p", "max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict");
    private static final Set<String> LIMITS =
            Set.of("max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict");
    private static final int MAX_VALUE_BYTES = 256;

    /** Where a text goes. */
    private enum Sink {
        NONE,
        VALUE,
        HEAD,
        BODY,
        IMAGE
    }

    private final JsonScanner scanner = new JsonScanner(this);
    private final Prompt prompt = new Prompt();
    private final NonceFinder nonce = new NonceFinder();
    private final ImageDigest image = new ImageDigest();
    private final Map<String, String> values = new HashMap<>();
    private final Set<String> members = new HashSet<>();
    private final StringBuilder value = new StringBuilder();
    private int depth;
    private String top = "";
    private String key = "";
    private Sink sink = Sink.NONE;
    private @Nullable String typeProblem;

    void feed(ByteBuf bytes) {
        scanner.feed(bytes);
    }

    /** What is wrong with the body as JSON, null = nothing; to be called once, at the body's end. */
    @Nullable String finish() {
        return scanner.finish();
    }

    /** A member of the wrong type, null = none. */
    @Nullable String typeProblem() {
        return typeProblem;
    }

    boolean has(String member) {
        return members.contains(member);
    }

    GenerationRequest request(Api api) {
        if (api != Api.COMPLETION && api != Api.NATIVE) {
            prompt.mark();
        }
        prompt.seal();
        boolean stream = "true".equals(values.get("stream"));
        boolean usage = "true".equals(values.get("include_usage"));
        String previous = values.get("previous_response_id");
        return new GenerationRequest(
                values.get("model"),
                new GenerationRequest.Wanted(stream, usage, maxTokens()),
                prompt,
                nonce.found(),
                previous != null && !previous.isEmpty() && !previous.equals("null"));
    }

    private int maxTokens() {
        double most = 0;
        for (String name : LIMITS) {
            String written = values.get(name);
            if (written != null && !written.equals("null")) {
                most = Math.max(most, Double.parseDouble(written));
            }
        }
        return (int) Math.min(most, Integer.MAX_VALUE);
    }

    @Override
    public void startObject() {
        depth++;
        if (depth == 3 && isBody()) {
            prompt.mark();
            nonce.reset();
        }
    }

    @Override
    public void endObject() {
        depth--;
    }

    @Override
    public void startArray() {
        depth++;
    }

    @Override
    public void endArray() {
        depth--;
    }

    @Override
    public void key(String name) {
        key = name;
        if (depth == 1) {
            top = name;
            members.add(name);
        } else if (top.equals("tools")) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            prompt.head(bytes, 0, bytes.length);
        }
    }

    @Override
    public void startText() {
        sink = sinkOf();
        value.setLength(0);
        if (depth == 1 && top.equals("input")) {
            prompt.mark();
        }
        if (depth == 1 && (NUMBERS.contains(top) || top.equals("stream"))) {
            typeProblem = "Field '" + top + "': [json.exception.type_error.302] type must be "
                    + (top.equals("stream") ? "boolean" : "number") + ", but is string";
        }
        if (sink == Sink.IMAGE) {
            image.reset();
        }
    }

    private Sink sinkOf() {
        if (HEAD.contains(top)) {
            return depth > 1 && UNRENDERED.contains(key) && !top.equals("tools") ? Sink.NONE : Sink.HEAD;
        }
        if (isBody()) {
            if (depth > 2 && (key.equals("url") || key.equals("data") || key.equals("image_url"))) {
                return Sink.IMAGE;
            }
            return depth > 2 && UNRENDERED.contains(key) ? Sink.NONE : Sink.BODY;
        }
        return depth == 1 ? Sink.VALUE : Sink.NONE;
    }

    private boolean isBody() {
        return BODY.contains(top);
    }

    @Override
    public void text(byte[] bytes, int offset, int length) {
        switch (sink) {
            case HEAD -> prompt.head(bytes, offset, length);
            case BODY -> {
                prompt.body(bytes, offset, length);
                nonce.scan(bytes, offset, length);
            }
            case IMAGE -> image.add(bytes, offset, length);
            case VALUE -> {
                int kept = Math.min(length, MAX_VALUE_BYTES - value.length());
                value.append(new String(bytes, offset, kept, StandardCharsets.ISO_8859_1));
            }
            case NONE -> {}
        }
    }

    @Override
    public void endText() {
        if (sink == Sink.VALUE && !NUMBERS.contains(top)) {
            values.put(top, value.toString());
        } else if (sink == Sink.IMAGE) {
            image.renderInto(prompt);
        } else if (sink == Sink.BODY) {
            nonce.endText();
        }
        sink = Sink.NONE;
    }

    @Override
    public void literal(String literal) {
        byte[] bytes = literal.getBytes(StandardCharsets.US_ASCII);
        if ((depth == 1 && !isBody()) || (depth == 2 && top.equals("stream_options"))) {
            values.put(key, literal);
            checkNumber(literal);
        } else if (top.equals("tools")) {
            prompt.head(bytes, 0, bytes.length);
        } else if (top.equals("prompt") && depth > 1) {
            int token = (int) PromptHasher.mix(literal.hashCode());
            byte[] four = {(byte) token, (byte) (token >> 8), (byte) (token >> 16), (byte) (token >> 24)};
            prompt.body(four, 0, four.length);
        } else if (isBody() && depth > 3 && !UNRENDERED.contains(key)) {
            prompt.body(bytes, 0, bytes.length);
        }
    }

    private void checkNumber(String literal) {
        char first = literal.charAt(0);
        boolean number = first == '-' || Character.isDigit(first);
        if (NUMBERS.contains(key) && !number) {
            values.remove(key);
            if (!literal.equals("null")) {
                typeProblem =
                        "Field '" + key + "': [json.exception.type_error.302] type must be number, but is boolean";
            }
        }
    }
}
