// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.loop.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one pool says to a small question that homing puts to it for a client, gathered whole. To its exchange it is the client: one that leaves when
 * the answer takes longer than {@code health.timeout}, which is what a pool's backends have for a probe, or when it is too large. Confined to its event loop.
 */
final class GatheredAnswer implements ClientStream {

    /** Bytes of an answer that are held at most: some 2,000 models. */
    static final int MAX_BYTES = 1 << 20;

    private final Call call;
    private final Reception reception;
    private final Runnable done;
    private final Deadline deadline;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable Exchange exchange;
    private @Nullable ResponseHead head;
    private boolean tooLarge;
    private boolean over;

    /** @param done told once, when the answer is there or will not come; never once it was abandoned */
    GatheredAnswer(Call call, Reception reception, Runnable done) {
        this.call = call;
        this.reception = reception;
        this.done = done;
        this.deadline = call.scope().deadlines().open(this::leave);
    }

    /** Asks; {@code done} may be told before this returns. */
    void ask(RequestHead question) {
        deadline.in(reception.setup().settings().health().timeout());
        RequestBody none = new RequestBody(alloc(), question, 0);
        none.end();
        Call asked =
                new Call(call.scope(), call.generations(), call.generation(), this, question, call.key(), call.begun());
        exchange = Exchange.begin(asked, reception, none);
        if (exchange != null) {
            exchange.contentFlush();
        }
    }

    Reception reception() {
        return reception;
    }

    /** Its head when it is there as a whole, null when it is not. */
    @Nullable ResponseHead head() {
        return head;
    }

    /** Its status when it is there as a whole, 0 when it is not. */
    int status() {
        return head == null ? 0 : head.response().status().code();
    }

    byte[] body() {
        return body.toByteArray();
    }

    /** It is not waited for any more. */
    void abandon() {
        if (over) {
            return;
        }
        over = true;
        head = null;
        deadline.close();
        if (exchange != null) {
            exchange.clientGone();
        }
    }

    private void leave() {
        abandon();
        done.run();
    }

    private void close(boolean whole) {
        over = true;
        if (!whole) {
            head = null;
        }
        deadline.close();
        done.run();
    }

    // ---- as its exchange sees it

    @Override
    public ByteBufAllocator alloc() {
        return call.client().alloc();
    }

    @Override
    public boolean client() {
        return false;
    }

    /** So that what comes is the body alone. */
    @Override
    public boolean takesChunks() {
        return false;
    }

    @Override
    public boolean writable() {
        return !tooLarge;
    }

    @Override
    public void read(boolean on) {}

    @Override
    public void proceed() {}

    @Override
    public void head(ResponseHead response) {
        head = response;
    }

    /** What is too large is left at the next tick, since an exchange must not end while it relays. */
    @Override
    public void body(ByteBuf bytes) {
        tooLarge |= body.size() + bytes.readableBytes() > MAX_BYTES;
        if (tooLarge) {
            deadline.in(0);
        } else {
            body.writeBytes(ByteBufUtil.getBytes(bytes));
        }
        bytes.release();
    }

    @Override
    public void flush() {}

    @Override
    public void end() {
        close(!tooLarge);
    }

    @Override
    public void cut() {
        close(false);
    }

    @Override
    public void error(ProxyError error, List<String> added) {
        close(false);
    }
}
