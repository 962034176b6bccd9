// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainTextTest {

    @Test
    void whatEndsALineOrSteersATerminalIsLeftOut() {
        assertThat(PlainText.of("a\r\nb\u0085c\u2028d\u2029e\033[1mf\u009bg\u007f\u202eh\u2066\uFFFE"))
                .isEqualTo("abcde[1mfgh");
    }

    @Test
    void wordsOfAnyScriptAreKept() {
        assertThat(PlainText.of("模型 می‌خواهم 🕊")).isEqualTo("模型 می‌خواهم 🕊");
    }

    @Test
    void longWordsAreCutAndNoCharacterIsCutInTwo() {
        assertThat(PlainText.of("x".repeat(201))).isEqualTo("x".repeat(200));
        assertThat(PlainText.of("x".repeat(199) + "🕊")).isEqualTo("x".repeat(199));
    }
}
