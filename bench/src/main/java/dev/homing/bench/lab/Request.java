// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.UUID;

/** A request for a completion as the clients of OpenAI's SDK write it, with a session. */
final class Request {

    private Request() {}

    /**
     * @param query what the engine shall do, see {@link EngineConnection}
     * @param session its number: the same one has the same id at each proxy
     * @param bodyBytes how long the body is at least
     */
    static ByteBuf of(String query, int session, int bodyBytes) {
        boolean stream = query.startsWith("every") || query.startsWith("first");
        String begin =
                "{\"model\":\"demo-8b\",\"stream\":" + stream + ",\"messages\":[{\"role\":\"user\",\"content\":\"";
        String end = "\"}]}";
        String question = "Where do pigeons go? ";
        int rest = Math.max(question.length(), bodyBytes - begin.length() - end.length());
        String body = begin + question.repeat(rest / question.length()) + end;
        Random random = new Random(session);
        String head =
                "POST /v1/chat/completions?" + query + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
                        + "Content-Type: application/json\r\nUser-Agent: OpenAI/Python 1.68.2\r\nAuthorization: Bearer sk-none\r\n"
                        + "X-Session-Id: " + new UUID(random.nextLong(), random.nextLong()) + "\r\n"
                        + "Content-Length: " + body.length() + "\r\n\r\n";
        byte[] bytes = (head + body).getBytes(StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
    }
}
