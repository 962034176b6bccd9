// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A client that sends the bytes it is given, sound or not. Every read has a limit. */
public final class RawClient implements AutoCloseable {

    /** Milliseconds that any read may take. */
    private static final int PATIENCE = 10_000;

    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    public static RawClient to(InetSocketAddress address) throws IOException {
        return to(address, 0);
    }

    /**
     * A client whose kernel takes little in advance.
     *
     * @param receiveBuffer bytes that the kernel takes in advance, 0 = as it likes
     */
    public static RawClient to(InetSocketAddress address, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE);
        socket.connect(address, PATIENCE);
        return new RawClient(socket);
    }

    /** A client that goes on over TLS, perhaps after having sent something; the handshake is yet to come. */
    public static RawClient over(SSLSocket socket) throws IOException {
        socket.setSoTimeout(PATIENCE);
        return new RawClient(socket);
    }

    /** A response as it came: head with its empty line, and body with its framing. */
    public record Response(String head, String body) {

        public int status() {
            return Integer.parseInt(head.substring(9, 12));
        }

        /** The value of a header, null when there is none. */
        public @Nullable String header(String name) {
            for (String line : head.split("\r\n", -1)) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                    return line.substring(name.length() + 1).strip();
                }
            }
            return null;
        }
    }

    public RawClient send(String bytes) throws IOException {
        return send(bytes.getBytes(ISO_8859_1));
    }

    public RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** The next response with a body framed by length, by chunks, or by nothing when it has none. */
    public Response response() throws IOException {
        return response(true);
    }

    /** The next response to a HEAD. */
    public Response responseToHead() throws IOException {
        return response(false);
    }

    private Response response(boolean withBody) throws IOException {
        Response head = new Response(until("\r\n\r\n"), "");
        String length = head.header("content-length");
        int status = head.status();
        if (!withBody || status < 200 || status == 204 || status == 304) {
            return head;
        }
        if (head.header("transfer-encoding") != null) {
            return new Response(head.head(), until("0\r\n\r\n"));
        }
        return new Response(head.head(), length == null ? toEnd() : bytes(Integer.parseInt(length)));
    }

    /** Reads up to and with that text. */
    public String until(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end, Math.max(0, text.length() - end.length())) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("ended after: " + text);
            }
            text.append((char) b);
        }
        return text.toString();
    }

    /** Exactly that many bytes. */
    public String bytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("ended after " + bytes.length + " of " + length + " bytes");
        }
        return new String(bytes, ISO_8859_1);
    }

    /** Everything up to the end of the connection. */
    public String toEnd() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        in.transferTo(bytes);
        return bytes.toString(ISO_8859_1);
    }

    /** Whether the proxy ends the connection without another byte. */
    public boolean ends() {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** How the connection ends, past what was sent: {@code end} or {@code reset}. */
    public String ending() {
        try {
            toEnd();
            return "end";
        } catch (java.net.SocketTimeoutException e) {
            return "silence";
        } catch (IOException e) {
            return "reset";
        }
    }

    /** Whether nothing comes for that long. */
    public boolean silentFor(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            return in.read() == -2;
        } catch (java.net.SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(PATIENCE);
        }
    }

    /** Ends its own side only. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection by a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** What comes, for those who read in their own way. */
    public InputStream input() {
        return in;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
