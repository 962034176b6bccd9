// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of a head are looked at some hundred at a time: where one such window ends must not matter. */
final class HeadBytesTest {

    /** More than two windows. */
    private static final int LONG = 1100;

    static Stream<Arguments> badBytes() {
        return Stream.of(
                arguments("N 1: v\r\n\r\n", "0x20", "a name that is a token, and a colon"),
                arguments("N\r\n\r\n", "0x0d", "a name that is a token, and a colon"),
                arguments(" N: v\r\n\r\n", "0x20", "a name that is a token, or the end"),
                arguments("N: v\u0001\r\n\r\n", "0x01", "no control characters"),
                arguments("N: v\n\r\n", "0x0a", "no control characters"),
                arguments("N: v\r\r\n\r\n", "0x0d", "LF after CR"),
                arguments("N: v\r\n\rx", "0x78", "LF after CR"));
    }

    @ParameterizedTest
    @MethodSource("badBytes")
    void aBadByteIsFoundWhereverItStandsInAWindow(String bad, String found, String expected) {
        for (int length = 0; length < LONG; length++) {
            assertThat(look(request(length) + bad).fault())
                    .as("behind %d bytes", length)
                    .isEqualTo("byte " + found + " in a head or trailers (expected: " + expected + ")");
        }
    }

    @Test
    void aSoundHeadEndsWhereverItsWindowsDoAndWhatIsBehindItIsNotLookedAt() {
        for (int length = 0; length < LONG; length++) {
            HeadBytes head = look(request(length) + "N-1: v\u00e4\t\r\n\r\n \u0000\nbody");
            assertThat(head.fault()).as("behind %d bytes", length).isNull();
            assertThat(head.ended()).as("behind %d bytes", length).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"N-1: v\r\n\r\n", "N-1: v\r\n\r\u0001"})
    void aHeadThatComesInTwoPartsIsReadAsIfItHadComeInOne(String end) {
        String whole = request(700) + end;
        ByteBuf in = Unpooled.copiedBuffer(whole, ISO_8859_1);
        for (int cut = 0; cut <= whole.length(); cut++) {
            HeadBytes head = HeadBytes.ofRequests();
            in.setIndex(0, cut);
            head.fault(in);
            head.left(cut);
            in.writerIndex(whole.length());

            assertThat(head.fault(in))
                    .as("cut at %d", cut)
                    .isEqualTo(look(whole).fault());
            assertThat(head.ended()).as("cut at %d", cut).isEqualTo(end.endsWith("\n"));
        }
    }

    private static String request(int length) {
        return "GET /x HTTP/1.1\r\nHost: h\r\nPad: " + "p".repeat(length) + "\r\n";
    }

    private static HeadBytes look(String bytes) {
        HeadBytes head = HeadBytes.ofRequests();
        head.fault(Unpooled.copiedBuffer(bytes, ISO_8859_1));
        return head;
    }
}
