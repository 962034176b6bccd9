// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.admission.BackendLoad;
import dev.homing.loop.Deadline;
import dev.homing.upstream.UpstreamConnection;
import dev.homing.upstream.UpstreamListener;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange becomes once its backend has switched protocols: bytes as they come, in both directions, each as fast as the other side takes them.
 * It stands where the exchange and its attempt stood, between the client's stream and the backend's connection, and is over when either side ends;
 * the other is ended at once then, since nobody here knows what a half of it would mean. Confined to the event loop that both share.
 */
final class Tunnel implements ClientRequest, UpstreamListener {

    /** How it came to be over. The backend's connection is closed by then, the client's is up to whoever is told. */
    enum End {
        /** The backend ended its side, behind everything that it had to say. */
        BACKEND_ENDED,
        /** The connection to the backend broke. */
        BACKEND_BROKE,
        /** The client ended its side, or its connection broke. */
        CLIENT_LEFT,
        /** Neither side said anything for too long. */
        SILENCE
    }

    /** Told once, on the tunnel's event loop. */
    interface Owner {

        void tunnelOver(End how);
    }

    private final ClientStream client;
    private final UpstreamConnection backend;
    private final BackendLoad load;
    private final LoopScope scope;
    private final Duration silence;
    private final Owner owner;
    private final Deadline deadline;
    private long received;
    private long passed;
    private boolean over;

    /**
     * @param load of the backend, which is seen to be alive by what it says
     * @param silence on both sides, after which it is over
     */
    Tunnel(
            ClientStream client,
            UpstreamConnection backend,
            BackendLoad load,
            LoopScope scope,
            Duration silence,
            Owner owner) {
        this.client = client;
        this.backend = backend;
        this.load = load;
        this.scope = scope;
        this.silence = silence;
        this.owner = owner;
        this.deadline = scope.deadlines().open(() -> end(End.SILENCE));
    }

    /** Tells the client, and takes over both sides. What either said already passes before this returns. */
    void open(ResponseHead head) {
        deadline.in(silence);
        backend.listener(this);
        client.switched(head, this);
    }

    /** Bytes that the client said. */
    long received() {
        return received;
    }

    /** Bytes that the backend said, as far as they were passed on. */
    long passed() {
        return passed;
    }

    // ---- from the client

    @Override
    public void content(ByteBuf part) {
        if (over) {
            part.release();
            return;
        }
        deadline.in(silence);
        received += part.readableBytes();
        backend.relay(part);
        if (!backend.writable()) {
            client.read(false);
        }
    }

    @Override
    public void contentFlush() {
        if (!over) {
            backend.flush();
        }
    }

    @Override
    public void clientWritable(boolean writable) {
        if (!over) {
            deadline.in(silence);
            backend.read(writable);
        }
    }

    @Override
    public void clientGone() {
        end(End.CLIENT_LEFT);
    }

    @Override
    public void contentEnd() {
        throw new IllegalStateException("content: framed (expected: no end but the connection's)");
    }

    @Override
    public void contentBroken(ProxyError error) {
        contentEnd();
    }

    // ---- from the backend

    @Override
    public void head(HttpResponse head) {
        throw new IllegalStateException("head: behind a 101 (expected: bytes)");
    }

    @Override
    public void bytes(ByteBuf wire) {
        if (over) {
            wire.release();
            return;
        }
        deadline.in(silence);
        load.delivered(scope.deadlines().coarseNanos());
        passed += wire.readableBytes();
        client.body(wire);
        if (!client.writable()) {
            backend.read(false);
        }
    }

    @Override
    public void readComplete() {
        client.flush();
    }

    @Override
    public void writable(boolean writable) {
        if (!over) {
            deadline.in(silence);
            client.read(writable);
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        end(cause == null ? End.BACKEND_ENDED : End.BACKEND_BROKE);
    }

    private void end(End how) {
        if (over) {
            return;
        }
        over = true;
        deadline.close();
        backend.close();
        owner.tunnelOver(how);
    }
}
