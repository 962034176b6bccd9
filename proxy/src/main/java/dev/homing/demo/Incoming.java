// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One request while it arrives, and the decision about it at its end: both servers read a body before they refuse it. */
final class Incoming {

    private static final int LLAMA_MAX_URI = 32_768;
    private static final int LLAMA_MAX_HEADER = 8_192;
    private static final int LLAMA_MAX_HEADERS = 100;
    private static final String NONCE = "X-Demo-Nonce";
    private static final String BYTES = "/demo/bytes";

    private final Replica replica;
    private final HttpRequest head;
    private final String path;
    private final String query;
    private final @Nullable Api api;
    private final @Nullable RequestReader reader;
    private long received;

    Incoming(Replica replica, HttpRequest head) {
        this.replica = replica;
        this.head = head;
        int mark = head.uri().indexOf('?');
        this.path = mark < 0 ? head.uri() : head.uri().substring(0, mark);
        this.query = mark < 0 ? "" : head.uri().substring(mark + 1);
        this.api = head.method().name().equals("POST") ? replica.dialect.api(path) : null;
        this.reader = api == null ? null : new RequestReader();
    }

    void body(HttpContent content) {
        received += content.content().readableBytes();
        if (reader != null && received <= replica.dialect.maxBody()) {
            reader.feed(content.content());
        }
    }

    /** Whether the client wants the connection closed, or cannot be understood any further. */
    boolean closes() {
        return !HttpUtil.isKeepAlive(head) || head.decoderResult().isFailure();
    }

    /** The page that asks (RFC 6454 section 7); empty when it is no page. */
    String origin() {
        return head.headers().get(HttpHeaderNames.ORIGIN, "");
    }

    /** Gives a test its nonce back. */
    void echo(HttpHeaders headers) {
        String nonce = head.headers().get(NONCE);
        if (nonce != null) {
            headers.add(NONCE, nonce);
        }
    }

    /** The body has ended; answers now or starts to. */
    void answer(EngineConnection connection, boolean broken) {
        if (broken) {
            HttpUtil.setKeepAlive(head, false);
        }
        Problem problem = problem(broken);
        if (problem != null) {
            connection.reply(replica.dialect.error(problem, api, replica.settings));
        } else if (path.equals(BYTES)) {
            new ByteFlood(connection, Long.parseLong(query.substring(query.indexOf('=') + 1))).start();
        } else if (api == null || reader == null) {
            connection.reply(replica.dialect.page(head.method().name(), path, query, replica.view()));
        } else {
            answer(connection, api, reader.request(api));
        }
    }

    private void answer(EngineConnection connection, Api asked, GenerationRequest request) {
        if (!asked.generates()) {
            connection.reply(replica.dialect.counted(asked, request.prompt().tokens(), replica.settings));
            return;
        }
        Problem problem = replica.dialect.check(request, replica.settings);
        if (problem != null) {
            connection.reply(replica.dialect.error(problem, asked, replica.settings));
            return;
        }
        replica.counters.received(head.headers().get("X-Session-Id"));
        String id = replica.dialect.id(asked, UUID.randomUUID().toString().replace("-", ""));
        boolean detached = replica.settings.kind() == EngineSettings.Kind.LLAMA_SERVER
                && head.headers().contains("X-Conversation-Id");
        new Call(replica, connection, asked, request.orNonce(head.headers().get(NONCE)), id).start(detached);
    }

    private @Nullable Problem problem(boolean broken) {
        if (broken) {
            boolean line = head.decoderResult().cause() instanceof TooLongHttpLineException;
            return Problem.of(line ? Problem.Kind.URI_TOO_LONG : Problem.Kind.FRAMING);
        }
        boolean llama = replica.settings.kind() == EngineSettings.Kind.LLAMA_SERVER;
        if (llama && head.uri().length() > LLAMA_MAX_URI) {
            return Problem.of(Problem.Kind.URI_TOO_LONG);
        }
        if (llama && !fitsLlama(head.headers())) {
            return Problem.of(Problem.Kind.FRAMING);
        }
        if (!replica.loaded) {
            return Problem.of(Problem.Kind.LOADING);
        }
        if (received > replica.dialect.maxBody()) {
            return Problem.of(Problem.Kind.BODY_TOO_LARGE);
        }
        return api == null || reader == null ? null : bodyProblem(api, reader, llama);
    }

    private static boolean fitsLlama(HttpHeaders headers) {
        if (headers.size() > LLAMA_MAX_HEADERS) {
            return false;
        }
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().length() + header.getValue().length() + 4 > LLAMA_MAX_HEADER) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Problem bodyProblem(Api asked, RequestReader body, boolean llama) {
        CharSequence type = HttpUtil.getMimeType(head);
        if (!llama && (type == null || !"application/json".contentEquals(type))) {
            return Problem.of(Problem.Kind.MEDIA_TYPE);
        }
        String malformed = body.finish();
        if (malformed != null) {
            return Problem.of(Problem.Kind.BAD_JSON, malformed);
        }
        String wrongType = body.typeProblem();
        if (wrongType != null) {
            return Problem.of(Problem.Kind.BAD_FIELD, wrongType);
        }
        if (!asked.required().isEmpty() && !body.has(asked.required())) {
            return Problem.of(Problem.Kind.MISSING_FIELD, asked.required());
        }
        return null;
    }
}
