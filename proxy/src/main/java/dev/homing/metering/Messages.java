// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import static java.util.Map.entry;

import java.util.Map;

/**
 * Anthropic's messages: usage at the top of a whole answer and of {@code message_delta}, and within {@code message} in
 * {@code message_start}. A tool call shows first as a content block that has a name.
 */
final class Messages implements Dialect {

    static final Messages DIALECT = new Messages();

    private static final PathNode PATHS = Dialect.tree(Map.ofEntries(
            entry("usage.input_tokens", Field.PROMPT),
            entry("usage.output_tokens", Field.COMPLETION),
            entry("usage.cache_read_input_tokens", Field.CACHED),
            entry("usage.cache_creation_input_tokens", Field.CACHE_WRITTEN),
            entry("message.usage.input_tokens", Field.PROMPT),
            entry("message.usage.output_tokens", Field.COMPLETION),
            entry("message.usage.cache_read_input_tokens", Field.CACHED),
            entry("message.usage.cache_creation_input_tokens", Field.CACHE_WRITTEN),
            entry("content_block.name", Field.CONTENT),
            entry("content_block.text", Field.CONTENT),
            entry("delta.text", Field.CONTENT),
            entry("delta.thinking", Field.CONTENT),
            entry("delta.partial_json", Field.CONTENT)));

    private Messages() {}

    @Override
    public PathNode paths() {
        return PATHS;
    }

    @Override
    public Tally tally() {
        return new ExclusiveTally();
    }
}
