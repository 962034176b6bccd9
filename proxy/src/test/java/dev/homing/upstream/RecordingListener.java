// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps what a connection tells: each head as its status or {@code bad}, everything behind it as text. */
final class RecordingListener implements UpstreamListener {

    final List<String> heads = new ArrayList<>();
    final StringBuilder body = new StringBuilder();
    int closed;

    @Nullable Throwable cause;

    Runnable onHead = () -> {};

    @Override
    public void head(HttpResponse head) {
        heads.add(
                head.decoderResult().isSuccess()
                        ? Integer.toString(head.status().code())
                        : "bad");
        onHead.run();
    }

    @Override
    public void bytes(ByteBuf wire) {
        body.append(wire.toString(ISO_8859_1));
        wire.release();
    }

    @Override
    public void readComplete() {}

    @Override
    public void writable(boolean writable) {}

    @Override
    public void closed(@Nullable Throwable why) {
        closed++;
        cause = why;
    }
}
