// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.homing.e2e.storm.Answer.End;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** One client's connection over HTTP/1. Confined to its thread. */
public final class Wire implements AutoCloseable {

    /** Much longer than homing's limits here allow for any request. */
    private static final int PATIENCE = 30_000;

    private static final int SWITCHED = 101;
    private static final int PIECE = 16_384;

    private final Socket socket;
    private final WireReader in;
    private final boolean slow;
    private boolean last;

    private Wire(Socket socket, boolean slow) throws IOException {
        this.socket = socket;
        this.in = new WireReader(socket.getInputStream());
        this.slow = slow;
    }

    /**
     * Connects.
     *
     * @param slow whether the client takes its answers little by little
     */
    public static Wire to(InetSocketAddress address, boolean slow) throws IOException {
        Socket socket = new Socket();
        if (slow) {
            socket.setReceiveBufferSize(4096);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE);
        socket.connect(address, PATIENCE);
        return new Wire(socket, slow);
    }

    public void send(byte[] bytes) throws IOException {
        send(bytes, bytes.length);
    }

    /** The first {@code length} bytes. */
    void send(byte[] bytes, int length) throws IOException {
        socket.getOutputStream().write(bytes, 0, length);
    }

    /** That much of a request's body. */
    void send(Ask ask, int length) throws IOException {
        byte[] body = ask.body();
        for (int at = 0; at < length; at += PIECE) {
            int piece = Math.min(PIECE, length - at);
            if (ask.framing() == Ask.Framing.CHUNKED) {
                send((Integer.toHexString(piece) + "\r\n").getBytes(US_ASCII));
            }
            socket.getOutputStream().write(body, at, piece);
            if (ask.framing() == Ask.Framing.CHUNKED) {
                send("\r\n".getBytes(US_ASCII));
            }
        }
    }

    void leave(boolean reset) throws IOException {
        if (reset) {
            socket.setSoLinger(true, 0);
        }
        socket.close();
    }

    /** Leaves by ending its own side only. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Whether the last answer said that no other follows. */
    boolean last() {
        return last;
    }

    public WireReader in() {
        return in;
    }

    /** The next final answer, of whose body no more than {@code most} bytes are taken. */
    Answer answer(String path, int most) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        HttpHead head = null;
        End end;
        try {
            head = in.head();
            while (head != null && head.status() < 200 && head.status() != SWITCHED) {
                head = in.head();
            }
            end = head == null
                    ? End.CUT
                    : head.status() == SWITCHED
                            ? End.COMPLETE
                            : in.responseBody(head, (bytes, length) -> {
                                        body.write(bytes, 0, length);
                                        dawdle();
                                        return body.size() < most;
                                    })
                                    ? End.COMPLETE
                                    : End.LEFT;
        } catch (SocketTimeoutException e) {
            end = End.SILENCE;
        } catch (IOException e) {
            end = End.CUT;
        }
        last = head != null && "close".equals(head.value("connection"));
        return head == null || (head.status() < 200 && head.status() != SWITCHED)
                ? Answer.none(path, end)
                : Answer.of(
                        path,
                        head.status(),
                        head.value("x-nonce"),
                        head.value("x-sighting"),
                        body.toString(ISO_8859_1),
                        end);
    }

    private void dawdle() {
        if (slow) {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
