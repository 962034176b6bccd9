// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where a backend answers one request: the means that every {@link Act} is made of. Confined to its connection's thread. */
final class Stage {

    /** Longer than homing waits for anything. */
    private static final long STALL_MILLIS = 6_000;

    private static final String STATUS =
            "HTTP/1.1 %d Whatever\r\nContent-Type: text/event-stream\r\nX-Nonce: %s\r\nX-Sighting: %d\r\n%s\r\n\r\n";

    private final Socket socket;
    private final CountDownLatch over;
    private final Sighting sighting;
    private final Chance chance;
    private final String answer;
    private final OutputStream out;
    private boolean slow;

    /** @param over when the backend has ended the connection */
    Stage(Socket socket, CountDownLatch over, Sighting sighting, Chance chance) throws IOException {
        this.socket = socket;
        this.over = over;
        this.sighting = sighting;
        this.chance = chance;
        this.answer = sighting.answer();
        this.out = socket.getOutputStream();
    }

    /** Bytes of the whole answer. */
    int length() {
        return answer.length();
    }

    /** From here on a client may take the answer for complete, when it has all of it. */
    void whole() {
        sighting.whole(answer.length());
    }

    /** A byte at a time. */
    void slowly() {
        slow = true;
    }

    /** Heads that are not the answer yet. */
    void interim(int... statuses) throws IOException {
        for (int status : statuses) {
            say("HTTP/1.1 " + status + " Not Yet\r\nLink: </x>\r\n\r\n");
        }
    }

    void head(int status, String framing) throws IOException, InterruptedException {
        pause(30);
        say(STATUS.formatted(status, sighting.nonce(), sighting.id(), framing));
    }

    /** Everything, well framed by its length. */
    boolean declared() throws IOException, InterruptedException {
        return declared(200);
    }

    boolean declared(int status) throws IOException, InterruptedException {
        head(status, "Content-Length: " + answer.length());
        whole();
        body(100);
        return true;
    }

    /** Everything, well framed in chunks. */
    boolean chunked() throws IOException, InterruptedException {
        head(200, "Transfer-Encoding: chunked");
        whole();
        chunks(100);
        say("0\r\n\r\n");
        return true;
    }

    /** That share of the answer, in per cent, as it is. */
    void body(int share) throws IOException, InterruptedException {
        int end = answer.length() * share / 100;
        for (int at = 0; at < end; ) {
            int length = Math.min(end - at, step());
            say(answer.substring(at, at + length));
            at += length;
            pause(3);
        }
    }

    /** All of the answer, and {@code more} with its last byte. */
    void bodyWith(String more) throws IOException {
        say(answer + more);
    }

    /** That share of the answer in chunks, which end anywhere. */
    void chunks(int share) throws IOException, InterruptedException {
        int end = answer.length() * share / 100;
        for (int at = 0; at < end; ) {
            int length = Math.min(end - at, step());
            say(Integer.toHexString(length) + "\r\n" + answer.substring(at, at + length) + "\r\n");
            at += length;
            pause(3);
        }
    }

    void say(String text) throws IOException {
        byte[] bytes = text.getBytes(ISO_8859_1);
        if (slow) {
            for (byte b : bytes) {
                out.write(b);
            }
        } else {
            out.write(bytes);
        }
        sighting.answering();
    }

    /** Says back whatever comes, until either side ends. */
    void echo() throws IOException {
        say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Nonce: "
                + sighting.nonce() + "\r\nX-Sighting: " + sighting.id() + "\r\n\r\n");
        byte[] block = new byte[4096];
        for (int read = socket.getInputStream().read(block);
                read >= 0;
                read = socket.getInputStream().read(block)) {
            say(new String(block, 0, read, ISO_8859_1));
        }
    }

    /** At most that many milliseconds, which end when the connection does. */
    void pause(int most) throws IOException, InterruptedException {
        if (over.await(chance.between(0, most), TimeUnit.MILLISECONDS)) {
            throw new IOException("ended");
        }
    }

    void stall() throws IOException, InterruptedException {
        if (over.await(STALL_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IOException("ended");
        }
    }

    boolean reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
        return false;
    }

    boolean close() throws IOException {
        socket.close();
        return false;
    }

    private int step() {
        return answer.length() > 20_000 ? chance.between(1_000, 40_000) : chance.between(1, 400);
    }
}
