// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Mix64Test {

    @Test
    void itIsSplitMixsFinisher() {
        long[] published = {
            6457827717110365317L,
            3203168211198807973L,
            Long.parseUnsignedLong("9817491932198370423"),
            4593380528125082431L,
            Long.parseUnsignedLong("16408922859458223821")
        };
        long state = 1234567;
        for (long expected : published) {
            state += 0x9e3779b97f4a7c15L;
            assertThat(Mix64.mix(state)).isEqualTo(expected);
        }
    }

    @Test
    void fnvHasItsPublishedValues() {
        assertThat(Mix64.fnv1a(new byte[0])).isEqualTo(0xcbf29ce484222325L);
        assertThat(Mix64.fnv1a("a".getBytes(StandardCharsets.UTF_8))).isEqualTo(0xaf63dc4c8601ec8cL);
        assertThat(Mix64.fnv1a("foobar".getBytes(StandardCharsets.UTF_8))).isEqualTo(0x85944171f73967e8L);
    }

    @Test
    void hashesOfIdsNeverChange() {
        assertThat(Mix64.hashId("")).isEqualTo(0xf52a15e9a9b5e89bL);
        assertThat(Mix64.hashId("gpu-0")).isEqualTo(0xa72e137accca12a9L);
        assertThat(Mix64.hashId("gpu-1")).isEqualTo(0x77dc02095c8bb461L);
        assertThat(Mix64.hashId("gpu-2")).isEqualTo(0x5bbe0cdfdb924451L);
        assertThat(Mix64.hashId("gpu-3")).isEqualTo(0xcc21df9f6a8e7effL);
    }

    @Test
    void eachBitOfTheInputTurnsEachBitOfTheOutputHalfTheTime() {
        SplittableRandom random = new SplittableRandom(11);
        int samples = 4000;
        int[][] turned = new int[64][64];
        for (int n = 0; n < samples; n++) {
            long value = random.nextLong();
            long mixed = Mix64.mix(value);
            for (int in = 0; in < 64; in++) {
                long difference = mixed ^ Mix64.mix(value ^ (1L << in));
                for (int out = 0; out < 64; out++) {
                    turned[in][out] += (int) (difference >>> out) & 1;
                }
            }
        }

        for (int in = 0; in < 64; in++) {
            for (int out = 0; out < 64; out++) {
                // six standard deviations of a fair coin
                assertThat((double) turned[in][out] / samples)
                        .as("bit %d to bit %d", in, out)
                        .isCloseTo(0.5, within(0.048));
            }
        }
    }
}
