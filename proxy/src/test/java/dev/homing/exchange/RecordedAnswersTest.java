// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.metering.Usage;
import dev.homing.metering.UsageScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Answers of a real llama-server, b10573, as they came over the wire, cut in two at every byte: they are relayed unchanged, and what
 * they tell of their tokens is read, at once and no earlier than it can be known.
 */
final class RecordedAnswersTest {

    @ParameterizedTest
    @CsvSource({
        "chat-nonstream-turn1-cold,     /v1/chat/completions, 331, 0,   16, ''",
        "chat-nonstream-turn2-warm,     /v1/chat/completions, 666, 346, 16, ''",
        "chat-stream-no-include-usage,  /v1/chat/completions, 666, 665, 16, ' deutsch'",
        "chat-stream-turn2-raw-chunked, /v1/chat/completions, 666, 665, 16, ' deutsch'",
        "chat-stream-turn2-warm,        /v1/chat/completions, 666, 665, 16, ' deutsch'",
        "completions,                   /v1/completions,      4,   1,   3,  ''",
    })
    void areRelayedAndReadWhereverTheyAreCut(
            String name, String path, long prompt, long cached, long completion, String firstContent)
            throws IOException {
        String message = recorded(name);
        int end = message.indexOf("\r\n\r\n") + 4;
        String head = message.substring(0, end);
        String body = message.substring(end);
        boolean chunked = head.contains("Transfer-Encoding: chunked") && body.matches("(?s)[0-9a-f]+\r\n.*");
        int firstToken = firstContent.isEmpty() ? Integer.MAX_VALUE : body.indexOf(firstContent + "\"");

        for (int cut = 0; cut <= body.length(); cut++) {
            RecordingClient client = new RecordingClient(true);
            UsageScanner scanner = scanner(path, head);
            BodyFraming framing = chunked ? new ChunkedBody() : new BodyFraming.Fixed(body.length());
            ResponseRelay relay = new ResponseRelay(client, framing, scanner);

            relay.relay(bytes(body.substring(0, cut)));
            boolean seen = scanner.contentSeen();
            relay.relay(bytes(body.substring(cut)));

            assertThat(seen).as("content seen before byte %d", cut).isEqualTo(cut > firstToken);
            assertThat(scanner.usage()).as("cut at %d", cut).isEqualTo(new Usage(prompt, cached, completion));
            assertThat(relay.complete()).as("cut at %d", cut).isTrue();
            assertThat(client.body.toString()).as("cut at %d", cut).isEqualTo(body);
        }
    }

    private static UsageScanner scanner(String path, String head) {
        String type = head.replaceFirst("(?s).*\r\nContent-Type: ([^\r]*)\r\n.*", "$1");
        return Objects.requireNonNull(UsageScanner.forResponse("POST", path, 200, type, null));
    }

    private static String recorded(String name) throws IOException {
        String file = "llama-server-" + name + ".http";
        try (InputStream in = Objects.requireNonNull(RecordedAnswersTest.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), ISO_8859_1);
        }
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, ISO_8859_1);
    }
}
