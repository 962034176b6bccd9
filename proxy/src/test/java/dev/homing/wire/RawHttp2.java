// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 client that sends the frames it is given, sound or not. A thread of its own reads what comes; it acknowledges SETTINGS and PING, and
 * opens its windows again for what it read unless it is told not to.
 */
public final class RawHttp2 implements AutoCloseable {

    public static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    static final int PROTOCOL_ERROR = 1;
    static final int INTERNAL_ERROR = 2;
    static final int STREAM_CLOSED = 5;
    static final int REFUSED_STREAM = 7;
    public static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;

    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int INITIAL_WINDOW_SIZE = 4;

    private final Socket socket;
    private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
    private final List<GoAway> goodbyes = new CopyOnWriteArrayList<>();
    private final List<Integer> frames = new CopyOnWriteArrayList<>();
    private final DefaultHttp2HeadersDecoder fields = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final AtomicInteger window = new AtomicInteger(65_535);
    private final AtomicInteger settingsAcknowledged = new AtomicInteger();
    private volatile boolean taking = true;
    private volatile boolean ponging = true;

    /** Not of a client that sends its own settings by hand: they have to be its first frame. */
    private volatile boolean acknowledging;

    private volatile boolean over;
    private int next = 1;

    private RawHttp2(Socket socket) {
        this.socket = socket;
    }

    /** A GOAWAY that came. */
    record GoAway(int last, int error) {}

    /** What came of one stream. Written by the thread that reads. */
    public static final class Stream {

        private final List<Map<String, String>> heads = new CopyOnWriteArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final AtomicInteger window;
        private volatile boolean ended;
        private volatile @Nullable Integer reset;

        private Stream(int window) {
            this.window = new AtomicInteger(window);
        }

        /** The first head that is final. */
        public Map<String, String> head() {
            return heads.stream()
                    .filter(head -> !String.valueOf(head.get(":status")).startsWith("1"))
                    .findFirst()
                    .orElseThrow();
        }

        public List<Map<String, String>> heads() {
            return heads;
        }

        public int status() {
            return Integer.parseInt(String.valueOf(head().get(":status")));
        }

        public String body() {
            synchronized (body) {
                return body.toString(ISO_8859_1);
            }
        }

        int length() {
            synchronized (body) {
                return body.size();
            }
        }

        public boolean ended() {
            return ended;
        }

        /** The error that the stream was reset with, null when it was not. */
        public @Nullable Integer reset() {
            return reset;
        }
    }

    public static RawHttp2 to(InetSocketAddress address) throws IOException {
        return to(address, 0, 65_535);
    }

    /**
     * A client that takes little in advance.
     *
     * @param receiveBuffer bytes that its kernel takes, 0 = as it likes
     * @param streamWindow bytes of each answer that it takes unasked
     */
    public static RawHttp2 to(InetSocketAddress address, int receiveBuffer, int streamWindow) throws IOException {
        RawHttp2 client = silent(address, receiveBuffer);
        ByteArrayOutputStream greeting = new ByteArrayOutputStream();
        greeting.writeBytes(PREFACE.getBytes(ISO_8859_1));
        byte[] setting = ints((INITIAL_WINDOW_SIZE << 16) | (streamWindow >>> 16), streamWindow << 16);
        greeting.writeBytes(encode(SETTINGS, 0, 0, setting, 0, 6));
        client.acknowledging = true;
        client.raw(greeting.toByteArray());
        return client;
    }

    /** A client that has not said a word yet. */
    static RawHttp2 silent(InetSocketAddress address, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.connect(address, (int) PATIENCE.toMillis());
        RawHttp2 client = new RawHttp2(socket);
        Thread reader = new Thread(client::read, "http2-client");
        reader.setDaemon(true);
        reader.start();
        return client;
    }

    /** Opens no window any more for what it reads. */
    public RawHttp2 takingNothing() {
        taking = false;
        return this;
    }

    /** Answers no PING any more. */
    RawHttp2 withoutPong() {
        ponging = false;
        return this;
    }

    // ---- what is sent

    RawHttp2 raw(byte[] bytes) throws IOException {
        synchronized (socket) {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }
        return this;
    }

    public RawHttp2 frame(int type, int flags, int stream, byte[] payload) throws IOException {
        return frame(type, flags, stream, payload, 0, payload.length);
    }

    private RawHttp2 frame(int type, int flags, int stream, byte[] payload, int from, int length) throws IOException {
        return raw(encode(type, flags, stream, payload, from, length));
    }

    static byte[] encode(int type, int flags, int stream, byte[] payload) {
        return encode(type, flags, stream, payload, 0, payload.length);
    }

    private static byte[] encode(int type, int flags, int stream, byte[] payload, int from, int length) {
        return ByteBuffer.allocate(9 + length)
                .putInt((length << 8) | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload, from, length)
                .array();
    }

    static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    /** A header block of these fields, name, value, name, value, in literals. */
    static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            byte[] text = fields[i].getBytes(ISO_8859_1);
            if (text.length < 127) {
                block.write(text.length);
            } else {
                block.write(127);
                int rest = text.length - 127;
                for (; rest >= 128; rest >>>= 7) {
                    block.write((rest & 127) | 128);
                }
                block.write(rest);
            }
            block.writeBytes(text);
        }
        return block.toByteArray();
    }

    /** The four pseudo-headers, and these fields behind them. */
    public static String[] head(String method, String path, String... fields) {
        List<String> all =
                new ArrayList<>(List.of(":method", method, ":scheme", "http", ":authority", "h", ":path", path));
        all.addAll(List.of(fields));
        return all.toArray(String[]::new);
    }

    /** The id of the next stream. */
    int open() {
        int id = next;
        next += 2;
        streams.put(id, new Stream(window.get()));
        return id;
    }

    /** A request of exactly these fields that ends with its head; its stream's id. */
    public int request(String... fields) throws IOException {
        int id = open();
        frame(HEADERS, END_HEADERS | END_STREAM, id, block(fields));
        return id;
    }

    /** The same with a body to come. */
    public int begin(String... fields) throws IOException {
        int id = open();
        frame(HEADERS, END_HEADERS, id, block(fields));
        return id;
    }

    int get(String path, String... fields) throws IOException {
        return request(head("GET", path, fields));
    }

    int post(String path, String body, String... fields) throws IOException {
        int id = begin(head("POST", path, fields));
        data(id, body, true);
        return id;
    }

    RawHttp2 data(int stream, String bytes, boolean end) throws IOException {
        return frame(DATA, end ? END_STREAM : 0, stream, bytes.getBytes(ISO_8859_1));
    }

    public RawHttp2 reset(int stream, int error) throws IOException {
        return frame(RST_STREAM, 0, stream, ints(error));
    }

    public RawHttp2 openWindow(int stream, int bytes) throws IOException {
        return frame(WINDOW_UPDATE, 0, stream, ints(bytes));
    }

    // ---- what came

    public Stream stream(int id) {
        return streams.get(id);
    }

    /** The stream when its answer is complete. */
    Stream answer(int id) {
        Stream stream = stream(id);
        await().atMost(PATIENCE).until(() -> stream.ended || stream.reset != null || over);
        assertThat(stream.ended)
                .as("stream %d ends; reset %s, goodbyes %s", id, stream.reset, goodbyes)
                .isTrue();
        return stream;
    }

    /** The error that a stream is reset with. */
    int resetOf(int id) {
        Stream stream = stream(id);
        await().atMost(PATIENCE).until(() -> stream.reset != null || over);
        assertThat(stream.reset)
                .as("reset of stream %d; goodbyes %s", id, goodbyes)
                .isNotNull();
        return stream.reset == null ? -1 : stream.reset;
    }

    /** The last GOAWAY, once there is one that is for good. */
    GoAway goAway() {
        await().atMost(PATIENCE)
                .until(() -> over || goodbyes.stream().anyMatch(bye -> bye.last() != Integer.MAX_VALUE));
        assertThat(goodbyes).as("goodbyes").isNotEmpty();
        return goodbyes.get(goodbyes.size() - 1);
    }

    List<GoAway> goodbyes() {
        return goodbyes;
    }

    /** Whether it was told that this stream was not taken, by a GOAWAY without an error: RFC 9113 section 6.8. */
    public boolean turnedAway(int id) {
        return goodbyes.stream().anyMatch(bye -> bye.error() == 0 && id > bye.last());
    }

    /** Bytes that may still be sent of that stream's request. */
    int window(int id) {
        return stream(id).window.get();
    }

    /** Whether homing ends the connection, waiting for it. */
    boolean ends() {
        await().atMost(PATIENCE).until(() -> over);
        return over;
    }

    public boolean over() {
        return over;
    }

    /** Types of the frames that came so far. */
    List<Integer> frames() {
        return frames;
    }

    /** Waits until homing has told what it allows. */
    RawHttp2 greeted() {
        await().atMost(PATIENCE).until(() -> settingsAcknowledged.get() > 0);
        return this;
    }

    /** Ends the connection, with a reset or in good order. */
    public void leave(boolean reset) throws IOException {
        if (reset) {
            socket.setSoLinger(true, 0);
        }
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void read() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int lengthAndType = in.readInt();
                int flags = in.readUnsignedByte();
                int id = in.readInt() & Integer.MAX_VALUE;
                byte[] payload = in.readNBytes(lengthAndType >>> 8);
                if (payload.length < lengthAndType >>> 8) {
                    throw new EOFException();
                }
                frames.add(lengthAndType & 0xff);
                take(lengthAndType & 0xff, flags, id, payload);
            }
        } catch (IOException | Http2Exception e) {
            over = true;
        }
    }

    private void take(int type, int flags, int id, byte[] payload) throws IOException, Http2Exception {
        ByteBuffer in = ByteBuffer.wrap(payload);
        Stream stream = streams.get(id);
        switch (type) {
            case DATA -> {
                if (stream != null) {
                    synchronized (stream.body) {
                        stream.body.writeBytes(payload);
                    }
                    stream.ended |= (flags & END_STREAM) != 0;
                }
                if (taking && payload.length > 0) {
                    openWindow(0, payload.length);
                    openWindow(id, payload.length);
                }
            }
            case HEADERS -> {
                Map<String, String> head = new LinkedHashMap<>();
                fields.decodeHeaders(id, Unpooled.wrappedBuffer(payload))
                        .forEach(field -> head.merge(
                                field.getKey().toString(), field.getValue().toString(), (a, b) -> a + ", " + b));
                if (stream != null) {
                    stream.heads.add(head);
                    stream.ended |= (flags & END_STREAM) != 0;
                }
            }
            case RST_STREAM -> {
                if (stream != null) {
                    stream.reset = in.getInt();
                }
            }
            case SETTINGS -> settings(flags, in);
            case PING -> {
                if ((flags & ACK) == 0 && ponging) {
                    frame(PING, ACK, 0, payload);
                }
            }
            case GOAWAY -> goodbyes.add(new GoAway(in.getInt(), in.getInt()));
            case WINDOW_UPDATE -> {
                if (stream != null) {
                    stream.window.addAndGet(in.getInt());
                }
            }
            default -> {}
        }
    }

    private void settings(int flags, ByteBuffer in) throws IOException {
        if ((flags & ACK) != 0) {
            return;
        }
        while (in.hasRemaining()) {
            int name = in.getShort();
            int value = in.getInt();
            if (name == INITIAL_WINDOW_SIZE) {
                window.set(value);
            }
        }
        if (acknowledging) {
            frame(SETTINGS, ACK, 0, new byte[0]);
        }
        settingsAcknowledged.incrementAndGet();
    }
}
