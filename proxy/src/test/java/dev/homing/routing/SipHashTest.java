// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SipHashTest {

    /** The 64 vectors of the reference implementation, as numbers: key 00 01 .. 0f, message n the bytes 00 .. n-1. */
    private static final String OFFICIAL = """
            726fdb47dd0e0e31 74f839c593dc67fd 0d6c8009d9a94f5a 85676696d7fb7e2d
            cf2794e0277187b7 18765564cd99a68d cbc9466e58fee3ce ab0200f58b01d137
            93f5f5799a932462 9e0082df0ba9e4b0 7a5dbbc594ddb9f3 f4b32f46226bada7
            751e8fbc860ee5fb 14ea5627c0843d90 f723ca908e7af2ee a129ca6149be45e5
            3f2acc7f57c29bdb 699ae9f52cbe4794 4bc1b3f0968dd39c bb6dc91da77961bd
            bed65cf21aa2ee98 d0f2cbb02e3b67c7 93536795e3a33e88 a80c038ccd5ccec8
            b8ad50c6f649af94 bce192de8a85b8ea 17d835b85bbb15f3 2f2e6163076bcfad
            de4daaaca71dc9a5 a6a2506687956571 ad87a3535c49ef28 32d892fad841c342
            7127512f72f27cce a7f32346f95978e3 12e0b01abb051238 15e034d40fa197ae
            314dffbe0815a3b4 027990f029623981 cadcd4e59ef40c4d 9abfd8766a33735c
            0e3ea96b5304a7d0 ad0c42d6fc585992 187306c89bc215a9 d4a60abcf3792b95
            f935451de4f21df2 a9538f0419755787 db9acddff56ca510 d06c98cd5c0975eb
            e612a3cb9ecba951 c766e62cfcadaf96 ee64435a9752fe72 a192d576b245165a
            0a8787bf8ecb74b2 81b3e73d20b49b6f 7fa8220ba3b2ecea 245731c13ca42499
            b78dbfaf3a8d83bd ea1ad565322a1a0b 60e61c23a3795013 6606d7e446282b93
            6ca4ecb15c5f91e1 9f626da15c9625f3 e51b38608ef25f57 958a324ceb064572
            """;

    private static final SipHash HASH = SipHash.ofSeed("homing");

    @Test
    void officialVectorsHold() {
        SipHash reference = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        String[] expected = OFFICIAL.trim().split("\\s+");
        byte[] message = new byte[64];
        for (int i = 0; i < message.length; i++) {
            message[i] = (byte) i;
        }

        assertThat(expected).hasSize(64);
        for (int n = 0; n < expected.length; n++) {
            assertThat(reference.hash(Arrays.copyOf(message, n)))
                    .as("message of %d bytes", n)
                    .isEqualTo(Long.parseUnsignedLong(expected[n], 16));
        }
    }

    @Test
    void keysNeverChange() {
        assertThat(key("default", "C99999/1708531200.000100").hex()).isEqualTo("b232c6ec7b98f81a");
        assertThat(key("default", "a").hex()).isEqualTo("74faff12be6600c5");
        assertThat(key("default", "A").hex()).isEqualTo("e0d43b2ed0012db7");
        assertThat(key("embed", "a").hex()).isEqualTo("ad7b2c54799b8d3c");
        assertThat(HASH.key("d\u00e9faut", highBytes()).hex()).isEqualTo("31bfe9d862e6f2c4");
    }

    @Test
    void keysUnderACredentialNeverChange() {
        assertThat(HASH.key("default", "Bearer sk-1", "a", 0, 1).hex()).isEqualTo("fb4096f331b5dc40");
        assertThat(HASH.key("default", "", "a", 0, 1).hex()).isEqualTo("05ed850c9b76b511");
    }

    @Test
    void charsStandForBytes() {
        String chars = new String(highBytes(), StandardCharsets.ISO_8859_1);

        assertThat(HASH.key("p", chars, 0, chars.length())).isEqualTo(HASH.key("p", highBytes()));
    }

    @Test
    void onlyTheGivenRangeIsHashed() {
        assertThat(HASH.key("p", "  a b\t", 2, 5)).isEqualTo(key("p", "a b"));
    }

    @Test
    void theBorderBetweenPoolAndValueCounts() {
        assertThat(key("ab", "c")).isNotEqualTo(key("a", "bc"));
    }

    @Test
    void anotherSeedGivesOtherKeys() {
        assertThat(SipHash.ofSeed("other").key("default", "a", 0, 1)).isNotEqualTo(key("default", "a"));
    }

    @Test
    void aFingerprintTellsSeedsApartAndIsTheSameForOne() {
        assertThat(SipHash.ofSeed("homing").fingerprint())
                .isEqualTo(SipHash.ofSeed("homing").fingerprint())
                .isNotEqualTo(SipHash.ofSeed("another").fingerprint());
    }

    @Test
    void everyByteOfALongValueCounts() {
        byte[] value = new byte[8192];
        Set<SessionKey> keys = new HashSet<>();
        keys.add(HASH.key("p", value));
        for (int i = 0; i < value.length; i++) {
            value[i] = 1;
            keys.add(HASH.key("p", value));
            value[i] = 0;
        }

        assertThat(keys).hasSize(8193);
    }

    private static SessionKey key(String pool, String value) {
        return HASH.key(pool, value, 0, value.length());
    }

    private static byte[] highBytes() {
        byte[] bytes = new byte[128];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (0x80 + i);
        }
        return bytes;
    }
}
