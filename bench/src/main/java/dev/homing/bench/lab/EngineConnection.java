// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One connection to an engine. The query of a request says how it is answered: {@code ?every=MILLIS} by an endless stream of tokens, {@code ?first} by a stream
 * of one token at once, anything else by a small completion. The body is read and forgotten.
 */
final class EngineConnection extends SimpleChannelInboundHandler<HttpObject> implements Metronome.Voice {

    private static final ByteBuf STREAM = constant(
            "HTTP/1.1 200 OK\r\ndate: Sun, 22 Nov 2026 08:00:00 GMT\r\nserver: uvicorn\r\ncontent-type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
    private static final ByteBuf DONE = constant("e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
    private static final ByteBuf COMPLETION = completion();

    private final Channel channel;
    private final Metronome metronome;
    private int every;
    private String asked = "";

    EngineConnection(Channel channel, Metronome metronome) {
        this.channel = channel;
        this.metronome = metronome;
    }

    private static ByteBuf constant(String text) {
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(text.length())
                .writeBytes(text.getBytes(StandardCharsets.US_ASCII))
                .asReadOnly());
    }

    private static ByteBuf completion() {
        String body = """
                {"id":"chatcmpl-9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d","object":"chat.completion","created":1767225600,"model":"demo-8b","choices":[{"index":0,\
                "message":{"role":"assistant","content":"Home, by the shortest way."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":812,\
                "total_tokens":819,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":768}}}""";
        return constant(
                "HTTP/1.1 200 OK\r\ndate: Sun, 22 Nov 2026 08:00:00 GMT\r\nserver: uvicorn\r\ncontent-type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (message instanceof HttpRequest request) {
            asked = request.uri();
        }
        if (message instanceof LastHttpContent) {
            answer();
        }
    }

    private void answer() {
        QueryStringDecoder query = new QueryStringDecoder(asked);
        List<String> interval = query.parameters().getOrDefault("every", List.of());
        if (!interval.isEmpty()) {
            every = Integer.parseInt(interval.get(0));
            channel.writeAndFlush(STREAM.duplicate());
            metronome.join(every, this);
        } else if (query.parameters().containsKey("first")) {
            channel.write(STREAM.duplicate());
            channel.writeAndFlush(Event.now(channel.alloc()));
            channel.writeAndFlush(DONE.duplicate());
        } else {
            channel.writeAndFlush(COMPLETION.duplicate());
        }
    }

    @Override
    public void beat() {
        channel.writeAndFlush(Event.now(channel.alloc()), channel.voidPromise());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        metronome.leave(every, this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
