// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.exchange.BodyFraming.Broken;
import dev.homing.loop.Exhaustion;
import dev.homing.upstream.LeaseListener;
import dev.homing.upstream.Leasing;
import dev.homing.upstream.UpstreamConnection;
import dev.homing.upstream.UpstreamListener;
import dev.homing.upstream.Upstreams;
import dev.homing.upstream.Upstreams.Wanted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * One try to have one backend answer: a lease, the wait for a head, and the connection under the answer.
 *
 * <pre>
 * LEASING -> WAITING -> ANSWERED -> OVER
 * any of them -> OVER: failed, switched to another protocol, or ended by its owner
 * </pre>
 *
 * Once it is over nobody is told anything more. Confined to the event loop of its connection.
 */
final class Attempt implements UpstreamListener, LeaseListener {

    private enum State {
        LEASING,
        WAITING,
        ANSWERED,
        OVER
    }

    /** Told how an attempt goes, on its event loop. */
    interface Owner {

        /** The request may be written. */
        void connected(UpstreamConnection connection);

        /** The backend wants the body that the client holds back, RFC 9110 section 15.2.1. */
        void proceed();

        /** The final head is here, of that attempt; what follows it is told to its {@link Reader}. */
        void answered(Attempt by, HttpResponse head, BodyFraming framing);

        /** The backend switched to the protocol that was asked for. The connection is the owner's from now on, and the attempt is over. */
        void switched(HttpResponse head, UpstreamConnection connection);

        /** Whether the connection takes more request bytes may have changed. */
        void writabilityChanged();

        /** It went wrong before there was a head, and is over. */
        void failed(Failure failure, String detail);
    }

    /** Told what comes behind the head of an answer, on its event loop. */
    interface Reader {

        /** The next bytes of the answer, as they came; the buffer is the reader's. */
        void bytes(ByteBuf wire);

        /** No more bytes are at hand. */
        void readComplete();

        /** The backend ended the connection. */
        void ended(@Nullable Throwable cause);
    }

    private final Owner owner;
    private final Reader reader;
    private final boolean toHead;
    private final boolean upgrade;
    private State state = State.LEASING;
    private @Nullable Leasing leasing;
    private @Nullable UpstreamConnection connection;
    private @Nullable HeldResponse held;

    Attempt(Owner owner, Reader reader, RequestHead request) {
        this.owner = owner;
        this.reader = reader;
        this.toHead = request.request().method().equals(HttpMethod.HEAD);
        this.upgrade = request.upgrade();
    }

    /**
     * Asks for a connection; with an idle one the owner is told before this returns.
     *
     * @param wanted with this as its listener
     */
    void begin(Upstreams upstreams, Wanted wanted) {
        Leasing begun = upstreams.lease(wanted, this);
        if (state == State.LEASING) {
            leasing = begun;
        }
    }

    /** Sends on what was written. */
    void flush() {
        if (connection != null) {
            connection.flush();
        }
    }

    /** Stops or goes on reading the answer. */
    void read(boolean on) {
        if (connection != null) {
            connection.read(on);
        }
    }

    /** Both sides of the exchange are complete. */
    void complete(boolean reusable) {
        UpstreamConnection leased = connection;
        over();
        if (leased != null && reusable) {
            leased.release();
        } else if (leased != null) {
            leased.close();
        }
    }

    /** Lets go of the backend at once, which is what stops its work. */
    void abandon() {
        Leasing begun = leasing;
        UpstreamConnection leased = connection;
        over();
        if (begun != null) {
            begun.cancel();
        }
        if (leased != null) {
            leased.close();
        }
    }

    private void over() {
        state = State.OVER;
        leasing = null;
        connection = null;
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private void fail(Failure failure, @Nullable String detail) {
        abandon();
        owner.failed(failure, detail == null ? "broken answer" : detail);
    }

    // ---- the lease

    @Override
    public void leased(UpstreamConnection leased) {
        leasing = null;
        connection = leased;
        state = State.WAITING;
        owner.connected(leased);
    }

    @Override
    public void leaseFailed(Throwable cause) {
        leasing = null;
        if (Exhaustion.isCauseOf(cause)) {
            fail(Failure.EXHAUSTED, "homing is out of file descriptors or ports");
            return;
        }
        fail(
                Failure.CONNECT,
                cause instanceof ConnectException ? "connection refused" : "no connection: " + cause.getMessage());
    }

    // ---- the answer

    @Override
    public void head(HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            fail(
                    Failure.BROKEN,
                    "answer is not HTTP: " + response.decoderResult().cause().getMessage());
            return;
        }
        int status = response.status().code();
        if (status < 100 || status > 599 || response.protocolVersion().majorVersion() != 1) {
            fail(Failure.BROKEN, "answer begins with " + response.protocolVersion() + " " + status);
        } else if (status == 101) {
            switched(response);
        } else if (status == 100) {
            owner.proceed();
        } else if (status >= 200) {
            finalHead(response, status);
        }
    }

    /** To nothing but what was asked for, RFC 9110 section 15.2.2. */
    private void switched(HttpResponse response) {
        UpstreamConnection leased = connection;
        if (leased == null || !upgrade) {
            fail(Failure.BROKEN, "switched protocols unasked");
        } else if (!Upgrade.granted(response)) {
            fail(Failure.BROKEN, "switched protocols (expected: to websocket)");
        } else {
            over();
            owner.switched(response, leased);
        }
    }

    private void finalHead(HttpResponse response, int status) {
        try {
            if (status == 503) {
                held = new HeldResponse(response, toHead);
                decide(held);
            } else {
                answer(response, BodyFraming.of(response, toHead));
            }
        } catch (Broken e) {
            fail(Failure.BROKEN, e.getMessage());
        }
    }

    private void decide(HeldResponse response) {
        if (!response.decided()) {
            return;
        }
        if (response.loading()) {
            fail(Failure.LOADING, "loading its model");
            return;
        }
        held = null;
        answer(response.head(), response.framing());
        for (ByteBuf part = response.poll(); part != null; part = response.poll()) {
            bytes(part);
        }
    }

    private void answer(HttpResponse head, BodyFraming framing) {
        state = State.ANSWERED;
        owner.answered(this, head, framing);
    }

    @Override
    public void bytes(ByteBuf wire) {
        HeldResponse response = held;
        if (response != null) {
            try {
                response.add(wire);
                decide(response);
            } catch (Broken e) {
                fail(Failure.BROKEN, e.getMessage());
            }
        } else if (state == State.ANSWERED) {
            reader.bytes(wire);
        } else {
            wire.release();
        }
    }

    @Override
    public void readComplete() {
        if (state == State.ANSWERED) {
            reader.readComplete();
        }
    }

    @Override
    public void writable(boolean writable) {
        if (state != State.OVER) {
            owner.writabilityChanged();
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        UpstreamConnection was = connection;
        connection = null;
        HeldResponse response = held;
        if (response != null && cause == null && response.end()) {
            decide(response);
        } else if (state == State.WAITING && was != null) {
            boolean stale = was.reused() && !was.heard();
            fail(stale ? Failure.STALE : Failure.BROKEN, "closed the connection before it answered");
            return;
        }
        if (state == State.ANSWERED) {
            reader.ended(cause);
        }
    }
}
