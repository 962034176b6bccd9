// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.homing.look.BodyKeys.Node;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The search for the most wanted key that has a value: a string that is not blank, or a number as it is written. Of a key that stands there
 * twice the first such value counts, so that the search may end when it has the one that it wants most.
 */
final class KeySearch implements Search {

    private Node at;
    private int atDepth = 1;
    private int rank = Node.NONE;
    private @Nullable BodyKey found;

    KeySearch(BodyKeys keys) {
        this.at = keys.root();
    }

    @Override
    public void token(JsonToken token, int depth, JsonParser parser) throws IOException {
        if (token == JsonToken.END_OBJECT) {
            if (depth == atDepth - 1) {
                at = Objects.requireNonNull(at.parent());
                atDepth--;
            }
            return;
        }
        if (depth != atDepth) {
            return;
        }
        Node member = at.member(parser.currentName());
        if (member == null) {
            return;
        }
        if (token == JsonToken.START_OBJECT && member.leadsOn()) {
            at = member;
            atDepth++;
        } else if ((token == JsonToken.VALUE_STRING || token.isNumeric()) && member.rank() < rank) {
            take(member, parser.getText().strip());
        }
    }

    @Override
    public boolean over() {
        return rank == 0;
    }

    @Nullable BodyKey found() {
        return found;
    }

    private void take(Node member, String value) {
        if (!value.isEmpty()) {
            found = new BodyKey(member.path(), value);
            rank = member.rank();
        }
    }
}
