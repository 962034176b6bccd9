// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The search for how a conversation begins. Only text counts, and what stands for an image or a file; how it is cut into blocks does not, nor
 * do marks such as {@code cache_control}, which clients move along from turn to turn.
 */
final class PromptSearch implements Search {

    /** Keys of the strings in a block of content that are content themselves. */
    private static final Set<String> CONTENT = Set.of("text", "data", "url", "image_url", "file_data", "file_id");

    private final PromptShape shape;
    private final boolean identity;
    private final boolean opening;
    private final Passage system = new Passage();
    private final Opening systemOpening = new Opening();
    private final Passage systemMessages = new Passage();
    private final Opening conversationOpening = new Opening();
    private String model = "";
    private boolean systemSeen;
    private @Nullable Passage firstUser;

    /** The message that is being read; null outside of one, and when no more of it than the opening matters. */
    private @Nullable Passage message;

    private String role = "";
    private boolean inConversation;

    /** Where the content that is being read began, and 0 outside of any. */
    private int contentDepth;

    private boolean contentOfSystem;
    private @Nullable Prompt found;

    PromptSearch(Wanted.OfPrompt wanted) {
        this.shape = wanted.shape();
        this.identity = wanted.identity();
        this.opening = wanted.opening();
        this.systemSeen = shape.system() == null;
    }

    @Override
    public void token(JsonToken token, int depth, JsonParser parser) throws IOException {
        if (contentDepth > 0) {
            content(token, depth, parser);
        } else if (depth == 1) {
            top(token, parser);
        } else if (inConversation && depth == 2) {
            element(token);
        } else if (inConversation && depth == 3) {
            field(token, parser);
        }
    }

    @Override
    public boolean over() {
        boolean identified = !model.isEmpty() && firstUser != null && systemSeen;
        boolean opened = systemSeen && conversationOpening.fullBehind(systemOpening);
        return (!identity || identified) && (!opening || opened);
    }

    /** What was found, once nothing more is read. */
    Prompt found() {
        if (found == null) {
            boolean said = conversationOpening.size() + systemOpening.size() > 0;
            found = new Prompt(
                    identity && firstUser != null ? identityHash(firstUser) : null,
                    opening && said ? conversationOpening.hashBehind(systemOpening) : null);
        }
        return found;
    }

    private String identityHash(Passage user) {
        MessageDigest digest = Passage.sha256();
        digest.update(system.hash());
        digest.update(systemMessages.hash());
        digest.update(user.hash());
        digest.update(model.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest());
    }

    private void top(JsonToken token, JsonParser parser) throws IOException {
        String key = parser.currentName();
        if (token.isStructEnd()) {
            inConversation = false;
        } else if ("model".equals(key) && token == JsonToken.VALUE_STRING && model.isEmpty()) {
            model = parser.getText();
        } else if (!systemSeen && key != null && key.equals(shape.system())) {
            contentOfSystem = true;
            begin(token, 1, parser);
        } else if (shape.conversation().equals(key)) {
            if (token == JsonToken.START_ARRAY && shape != PromptShape.COMPLETION) {
                inConversation = true;
            } else {
                said("user");
                begin(token, 1, parser);
            }
        }
    }

    /** A message of the conversation begins or ends. */
    private void element(JsonToken token) {
        if (token == JsonToken.START_OBJECT) {
            said("");
        } else if (token == JsonToken.END_OBJECT) {
            messageEnds();
        }
    }

    private void field(JsonToken token, JsonParser parser) throws IOException {
        String key = parser.currentName();
        if ("role".equals(key) && token == JsonToken.VALUE_STRING) {
            role = parser.getText();
        } else if ("content".equals(key)) {
            begin(token, 3, parser);
        }
    }

    private void said(String by) {
        role = by;
        message = identity && firstUser == null ? new Passage() : null;
    }

    private void messageEnds() {
        Passage said = message;
        message = null;
        if (said == null || said.isEmpty()) {
            return;
        }
        switch (role) {
            case "user" -> firstUser = said;
            case "system", "developer" -> systemMessages.add(said);
            default -> {}
        }
    }

    private void begin(JsonToken token, int depth, JsonParser parser) throws IOException {
        if (token.isStructStart()) {
            contentDepth = depth;
        } else {
            if (token == JsonToken.VALUE_STRING) {
                text(parser.getText());
            }
            contentEnds(depth);
        }
    }

    private void content(JsonToken token, int depth, JsonParser parser) throws IOException {
        if (depth == contentDepth) {
            contentDepth = 0;
            contentEnds(depth);
        } else if (token == JsonToken.VALUE_STRING) {
            String key = parser.currentName();
            if (key == null || CONTENT.contains(key)) {
                text(parser.getText());
            }
        }
    }

    private void contentEnds(int depth) {
        if (contentOfSystem) {
            contentOfSystem = false;
            systemSeen = true;
        } else if (depth == 1) {
            messageEnds();
        }
    }

    private void text(String part) {
        String text = VolatileLines.leftOutOf(part);
        if (text.isEmpty()) {
            return;
        }
        if (opening) {
            (contentOfSystem ? systemOpening : conversationOpening).add(text);
        }
        if (contentOfSystem) {
            system.add(text);
        } else if (message != null) {
            message.add(text);
        }
    }
}
