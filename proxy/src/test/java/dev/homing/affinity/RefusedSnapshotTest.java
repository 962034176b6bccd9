// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.routing.Pools;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** A snapshot that is not whole, not homing's or not this proxy's is not read at all. */
class RefusedSnapshotTest {

    private static final long SEED = SipHash.ofSeed("homing").fingerprint();
    private static final int VERSION_OFFSET = 8;

    @Test
    void aFileThatEndsTooEarlyIsRefusedWhereverItEnds() throws Exception {
        byte[] whole = whole();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(RefusedSnapshot.class)
                    .hasMessage("damaged: it ends too early");
        }
    }

    @Test
    void aFileWithOneWrongBitIsRefusedWhicheverItIs() throws Exception {
        byte[] whole = whole();
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatExceptionOfType(RefusedSnapshot.class)
                    .as("bit %d of byte %d", bit % 8, bit / 8)
                    .isThrownBy(() -> read(flipped));
        }
    }

    @Test
    void aFileWithSomethingBehindItsEndIsRefused() throws Exception {
        byte[] whole = whole();
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);

        assertThatThrownBy(() -> read(longer))
                .isInstanceOf(RefusedSnapshot.class)
                .hasMessageStartingWith("damaged");
    }

    @Test
    void noiseIsRefused() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            assertThatExceptionOfType(RefusedSnapshot.class).isThrownBy(() -> read(noise));
        }
    }

    @Test
    void noiseBehindAGoodHeadIsRefused() throws Exception {
        byte[] whole = whole();
        SplittableRandom random = new SplittableRandom(12);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = whole.clone();
            for (int at = 26; at < noise.length; at++) {
                noise[at] = (byte) random.nextInt();
            }
            assertThatExceptionOfType(RefusedSnapshot.class).isThrownBy(() -> read(noise));
        }
    }

    @Test
    void anotherFileIsToldFromADamagedOne() {
        assertThatThrownBy(() -> read("# a YAML file that somebody named by mistake".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RefusedSnapshot.class)
                .hasMessage("no snapshot of homing");
    }

    @Test
    void aTableThatWasHashedWithAnotherSeedIsForeign() throws Exception {
        byte[] file = whole();

        assertThatThrownBy(() -> SnapshotReader.read(
                        new ByteArrayInputStream(file),
                        SipHash.ofSeed("another").fingerprint()))
                .isInstanceOf(RefusedSnapshot.class)
                .hasMessage("written under another affinity.seed");
    }

    @Test
    void aVersionFromTheFutureIsRefusedEvenWhenItIsWhole() throws Exception {
        byte[] file = whole();
        ByteBuffer future = ByteBuffer.wrap(file).putShort(VERSION_OFFSET, (short) 2);
        CRC32C sum = new CRC32C();
        sum.update(file, 0, file.length - 4);
        future.putInt(file.length - 4, (int) sum.getValue());

        assertThatThrownBy(() -> read(file)).isInstanceOf(RefusedSnapshot.class).hasMessage("version: 2 (expected: 1)");
    }

    /** A sound file of a few sessions. */
    private static byte[] whole() throws IOException {
        AtomicLong clock = new AtomicLong();
        SessionTable sessions = new SessionTable(100, clock::get);
        for (int n = 0; n < 12; n++) {
            int slot = n % 4;
            sessions.release(sessions.bind(Pools.session(n), TimeUnit.HOURS.toNanos(1), current -> slot));
        }
        clock.addAndGet(TimeUnit.MINUTES.toNanos(20));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RoutingTable backends = new RoutingTable(List.of(Pools.of(4)), new RouteMatcher(List.of()));
        new SnapshotWriter(sessions, SEED).write(out, backends, 1_700_000_000_000L);
        return out.toByteArray();
    }

    private static Snapshot read(byte[] file) throws IOException, RefusedSnapshot {
        return SnapshotReader.read(new ByteArrayInputStream(file), SEED);
    }
}
