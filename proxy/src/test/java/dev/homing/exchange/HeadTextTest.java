// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.AsciiString;
import java.nio.CharBuffer;
import org.junit.jupiter.api.Test;

final class HeadTextTest {

    @Test
    void whatIsAddedStandsInOrder() {
        AsciiString cut = new AsciiString("xxabcxx".getBytes(ISO_8859_1), 2, 3, false);

        assertThat(text(new HeadText()
                        .add(cut)
                        .line("Name", CharBuffer.wrap("value"))
                        .lineEnd()
                        .add(new byte[] {'b'})))
                .isEqualTo("abcName: value\r\n\r\nb");
    }

    @Test
    void bytesOfIso88591ArePassedAndOthersAreQuestionMarks() {
        // U+0A0D would be a line end if it were cut to a byte.
        assertThat(text(new HeadText().line("X", "\u00e4\u00ff\u0080 \u0a0d\u20ac")))
                .isEqualTo("X: \u00e4\u00ff\u0080 ??\r\n");
    }

    @Test
    void aHeadOfAnyLengthFits() {
        HeadText head = new HeadText();
        String value = "v".repeat(997);
        for (int i = 0; i < 50; i++) {
            head.line("N", value);
        }

        assertThat(text(head)).isEqualTo(("N: " + value + "\r\n").repeat(50));
        assertThat(text(new HeadText().add("x".repeat(5_000)))).hasSize(5_000);
    }

    private static String text(HeadText head) {
        ByteBuf out = head.toBuffer(UnpooledByteBufAllocator.DEFAULT);
        try {
            return out.toString(ISO_8859_1);
        } finally {
            out.release();
        }
    }
}
