// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static dev.homing.wire.UpgradeTest.HANDSHAKE;
import static dev.homing.wire.UpgradeTest.SWITCHED;
import static dev.homing.wire.UpgradeTest.switching;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.observe.RequestSummary;
import dev.homing.wire.RecordingOrigin.Script;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes once the protocol was switched, and how it ends. */
final class TunnelTest extends WireCase {

    private static final Duration SHORT = Duration.ofMillis(400);
    private static final long AT_ONCE = 1000;
    private static final int BLOCK = 64 * 1024;
    private static final int BLOCKS = 800;

    /** Bytes of buffers beyond which a tunnel's share is no longer flat; kernel buffers are not among them. */
    private static final long FLAT = 12L << 20;

    /** Says again what it hears. */
    private static final Script ECHO = switching(conversation -> {
        for (int b = conversation.next(); b >= 0; b = conversation.next()) {
            conversation.send(new byte[] {(byte) b});
        }
    });

    /** Hears all and says nothing. */
    private static final Script LISTENING = switching(Conversation::drain);

    private RawClient switched(PlaneUnderTest plane) throws IOException {
        RawClient client = client(plane);
        assertThat(client.send(HANDSHAKE).response().status()).isEqualTo(101);
        return client;
    }

    private static RequestSummary only(PlaneUnderTest plane) {
        plane.awaitQuiet();
        assertThat(plane.observer().finished()).hasSize(1);
        return plane.observer().finished().get(0);
    }

    // ---- what passes

    @Test
    void bytesPassInBothDirectionsWhateverTheyLookLike() throws Exception {
        RecordingOrigin origin = origin(ECHO);
        PlaneUnderTest plane = plane(origin);
        RawClient client = switched(plane);
        byte[] noise = new byte[20_000];
        new Random(3).nextBytes(noise);

        for (String said : List.of("\u0081\u0085", GET, OK, "\r\n\r\n", "0\r\n\r\n", new String(noise, ISO_8859_1))) {
            assertThat(client.send(said).bytes(said.length())).isEqualTo(said);
        }

        assertThat(plane.inflight(0)).isEqualTo(1);
        assertThat(plane.observer().finished()).isEmpty();
        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void bytesInTheSegmentOfThe101PassBehindIt() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.send(SWITCHED.replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\n") + "hello" + OK);
            conversation.drain();
        });
        RawClient client = client(plane(origin));

        assertThat(client.send(HANDSHAKE).until("\r\n\r\n"))
                .startsWith("HTTP/1.1 101 ")
                .doesNotContain("Content-Length");
        assertThat(client.bytes(5 + OK.length())).isEqualTo("hello" + OK);
    }

    @Test
    void aSlowReaderGetsEveryByteInFlatMemory() throws Exception {
        AtomicLong sent = new AtomicLong();
        byte[] block = noise();
        RecordingOrigin origin = origin(switching(conversation -> {
            for (int i = 0; i < BLOCKS; i++) {
                conversation.send(block);
                sent.addAndGet(BLOCK);
            }
            conversation.drain();
        }));
        PlaneUnderTest plane = plane(origin);
        long memory = usedMemory();
        RawClient client = opened(RawClient.to(plane.address(), 16 * 1024));
        client.send(HANDSHAKE).until("\r\n\r\n");

        awaitStall(sent);

        assertThat(sent.get()).as("bytes taken from the backend").isLessThan((long) BLOCK * BLOCKS);
        assertThat(usedMemory() - memory).as("buffers in use").isLessThan(FLAT);
        assertThat(checksum(client.input())).isEqualTo(checksum(block));
    }

    @Test
    void aSlowBackendGetsEveryByteInFlatMemory() throws Exception {
        AtomicLong sent = new AtomicLong();
        AtomicLong checksum = new AtomicLong();
        Semaphore go = new Semaphore(0);
        byte[] block = noise();
        RecordingOrigin origin = origin(switching(conversation -> {
            go.acquire();
            checksum.set(checksum(conversation.unrecorded()));
            conversation.send("all");
            conversation.drain();
        }));
        PlaneUnderTest plane = plane(origin);
        long memory = usedMemory();
        RawClient client = switched(plane);
        Thread talker = new Thread(() -> {
            try {
                for (int i = 0; i < BLOCKS; i++) {
                    client.send(block);
                    sent.addAndGet(BLOCK);
                }
            } catch (IOException e) {
                // The checksum tells.
            }
        });
        talker.start();

        awaitStall(sent);

        assertThat(sent.get()).as("bytes taken from the client").isLessThan((long) BLOCK * BLOCKS);
        assertThat(usedMemory() - memory).as("buffers in use").isLessThan(FLAT);
        go.release();
        assertThat(client.bytes(3)).isEqualTo("all");
        assertThat(checksum.get()).isEqualTo(checksum(block));
        talker.join(5000);
    }

    // ---- silence

    @Test
    void whenBothSidesKeepSilentItEnds() throws Exception {
        configs.streamIdle(SHORT);
        RecordingOrigin origin = origin(LISTENING);
        PlaneUnderTest plane = plane(origin);
        RawClient client = switched(plane);

        assertThat(client.ending()).isEqualTo("reset");

        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        RequestSummary summary = only(plane);
        assertThat(summary.status()).isEqualTo(101);
        assertThat(summary.clientGone()).isFalse();
        assertThat(plane.observer().rejections()).containsExactly("tunnel_idle");
        assertThat(plane.outcomes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileOneSideTalksItGoesOn(boolean client) throws Exception {
        configs.streamIdle(Duration.ofSeconds(1));
        int words = 20;
        RecordingOrigin origin = origin(switching(conversation -> {
            for (int i = 0; i < words && !client; i++) {
                conversation.send("x");
                Thread.sleep(100);
            }
            conversation.bytes(client ? words : 0);
            conversation.send("done");
            conversation.drain();
        }));
        RawClient speaker = switched(plane(origin));
        for (int i = 0; i < words && client; i++) {
            speaker.send("x");
            Thread.sleep(100);
        }

        assertThat(speaker.until("done")).hasSize(client ? 4 : words + 4);
    }

    @Test
    void theWaitForThe101IsThatForAnyHead() throws Exception {
        configs.responseHead(SHORT);
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);

        assertThat(client(plane).send(HANDSHAKE).response().status()).isEqualTo(504);
        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
    }

    // ---- ends

    @Test
    void aClientThatEndsItsSideEndsTheBackendsAtOnce() throws Exception {
        RecordingOrigin origin = origin(LISTENING);
        PlaneUnderTest plane = plane(origin);
        RawClient client = switched(plane);
        client.send("bye");
        await().until(() -> origin.conversation(0).received().endsWith("bye"));

        client.endOutput();

        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        RequestSummary summary = only(plane);
        assertThat(summary.status()).isEqualTo(101);
        assertThat(summary.clientGone()).isTrue();
        assertThat(plane.observer().aborts()).containsExactly(AbortPhase.STREAM);
        assertThat(plane.outcomes()).isEmpty();
    }

    @Test
    void aClientThatIsResetEndsTheBackendsAtOnce() throws Exception {
        RecordingOrigin origin = origin(ECHO);
        PlaneUnderTest plane = plane(origin);
        RawClient client = switched(plane);
        assertThat(client.send("x").bytes(1)).isEqualTo("x");

        client.reset();

        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        assertThat(only(plane).clientGone()).isTrue();
        assertThat(plane.observer().aborts()).containsExactly(AbortPhase.STREAM);
    }

    @Test
    void aClientThatLeavesBeforeThe101EndsTheBackendsAtOnce() throws Exception {
        RecordingOrigin origin = origin(Conversation::drain);
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane).send(HANDSHAKE);
        await().until(() ->
                origin.connections() == 1 && origin.conversation(0).received().endsWith("\r\n\r\n"));

        client.close();

        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        assertThat(only(plane).status()).isZero();
        assertThat(plane.observer().aborts()).containsExactly(AbortPhase.PREFILL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBackendThatEndsItsSideEndsTheClientsBehindItsLastByte(boolean half) throws Exception {
        byte[] block = noise();
        RecordingOrigin origin = origin(switching(conversation -> {
            for (int i = 0; i < BLOCKS; i++) {
                conversation.send(block);
            }
            if (half) {
                conversation.endOutput();
                conversation.drain();
            }
        }));
        PlaneUnderTest plane = plane(origin);
        RawClient client = switched(plane);

        assertThat(checksum(client.input())).isEqualTo(checksum(block));
        assertThat(client.toEnd()).isEmpty();

        RequestSummary summary = only(plane);
        assertThat(summary.status()).isEqualTo(101);
        assertThat(summary.clientGone()).isFalse();
        assertThat(plane.observer().aborts()).isEmpty();
        assertThat(plane.outcomes()).isEmpty();
        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
    }

    @Test
    void aClientThatStillTalksIsToldTheBackendsLastWords() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(switching(conversation -> {
            go.acquire();
            conversation.send("last words");
            conversation.endOutput();
            conversation.drain();
        }));
        PlaneUnderTest plane = plane(origin);
        RawClient client = switched(plane);
        client.send(new byte[BLOCK]);
        go.release();
        plane.awaitQuiet();
        for (int i = 0; i < 10; i++) {
            client.send(new byte[BLOCK]);
        }

        assertThat(client.toEnd()).isEqualTo("last words");
    }

    @Test
    void aBackendThatIsResetIsSeenToHaveBroken() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(switching(conversation -> {
            go.acquire();
            conversation.reset();
        }));
        PlaneUnderTest plane = plane(origin);
        RawClient client = switched(plane);

        go.release();

        assertThat(client.ending()).isEqualTo("reset");
        RequestSummary summary = only(plane);
        assertThat(summary.status()).isEqualTo(101);
        assertThat(summary.clientGone()).isFalse();
        assertThat(plane.outcomes()).isEmpty();
    }

    /** Homing has then closed the client's connection when it hears that there is nothing to tell any more; the log is looked at in the end. */
    @Test
    void bothSidesMayBreakInOneTurnOfTheLoop() throws Exception {
        RecordingOrigin origin = origin(ECHO);
        PlaneUnderTest plane = plane(origin);
        for (int i = 0; i < 5; i++) {
            RawClient client = switched(plane);
            assertThat(client.send("x").bytes(1)).isEqualTo("x");
            Semaphore turn = new Semaphore(0);
            Thread loop = new Thread(() -> plane.onLoop(turn::acquireUninterruptibly));
            loop.start();

            origin.conversation(i).reset();
            client.reset();

            turn.release();
            loop.join();
            plane.awaitQuiet();
        }
        assertThat(plane.observer().finished()).hasSize(5);
    }

    // ---- what it counts for

    @Test
    void itsConnectionIsNeverPooled() throws Exception {
        RecordingOrigin origin = origins(n -> n == 0 ? switching(Conversation::endOutput) : Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        assertThat(switched(plane).toEnd()).isEmpty();
        plane.awaitQuiet();

        assertThat(plane.observer().connections(Side.UPSTREAM, ConnectionState.IDLE))
                .isZero();
        assertThat(client(plane).send(GET).response().body()).isEqualTo("ok");
        assertThat(origin.connections()).isEqualTo(2);
    }

    @Test
    void itHoldsItsPlaceAtTheBackendUntilItIsOver() throws Exception {
        configs.maxInflight(1);
        RecordingOrigin origin = origins(n -> n == 0 ? LISTENING : Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = switched(plane);
        RawClient next = client(plane).send(GET);
        assertThat(next.silentFor(200)).isTrue();
        assertThat(plane.inflight(0)).isEqualTo(1);
        assertThat(plane.pendingTokens(0)).isZero();

        client.close();

        assertThat(next.response().body()).isEqualTo("ok");
    }

    @Test
    void aReloadLetsItBe() throws Exception {
        RecordingOrigin origin = origin(ECHO);
        PlaneUnderTest plane = plane(origin);
        RawClient client = switched(plane);

        plane.publish(new Configs().denied("/v1").generation(List.of(RecordingOrigin.nowhere())));

        assertThat(client(plane).send(HANDSHAKE).response().status()).isEqualTo(404);
        assertThat(client.send("still here").bytes(10)).isEqualTo("still here");
    }

    @Test
    void drainingLetsItFinishAndTheDeadlineCutsIt() throws Exception {
        RecordingOrigin origin = origin(ECHO);
        PlaneUnderTest plane = plane(origin);
        RawClient finishing = switched(plane);
        RawClient staying = switched(plane);

        plane.frontend().drain();

        assertThat(finishing.send("still").bytes(5)).isEqualTo("still");
        finishing.close();
        assertThat(origin.conversation(0).isOver(AT_ONCE)).isTrue();
        assertThat(staying.send("here").bytes(4)).isEqualTo("here");
        assertThat(plane.frontend().connections()).isEqualTo(1);

        plane.frontend().close();

        assertThat(staying.ends()).isTrue();
        assertThat(origin.conversation(1).isOver(AT_ONCE)).isTrue();
    }

    private static void awaitStall(AtomicLong sent) {
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            long last = sent.get();
            Thread.sleep(300);
            return last > 0 && sent.get() == last;
        });
    }

    private static byte[] noise() {
        byte[] block = new byte[BLOCK];
        new Random(1).nextBytes(block);
        return block;
    }

    private static long usedMemory() {
        var metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    /** Of what is sent in all: that block again and again. */
    private static long checksum(byte[] block) {
        CRC32 crc = new CRC32();
        for (int i = 0; i < BLOCKS; i++) {
            crc.update(block);
        }
        return crc.getValue();
    }

    private static long checksum(InputStream in) throws IOException {
        CRC32 crc = new CRC32();
        for (int i = 0; i < BLOCKS; i++) {
            byte[] bytes = in.readNBytes(BLOCK);
            assertThat(bytes).hasSize(BLOCK);
            crc.update(bytes);
        }
        return crc.getValue();
    }
}
