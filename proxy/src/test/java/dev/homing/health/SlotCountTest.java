// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlotCountTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{\"total_slots\":4} | 4",
                "{\"a\":{\"b\":[1]},\"total_slots\" :\t1000000,\"c\":0} | 1000000",
                "{\"chat_template\":\"{{ \\\"total_slots\\\": 9 }}\",\"total_slots\":2} | 2",
                "{\"total_slots\":8,\"chat_template\":\"cut in the mid | 8"
            })
    void aLlamaServerTellsItsSlots(String body, int slots) {
        assertThat(SlotCount.of(200, body)).isEqualTo(new SlotCount.Told(slots));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "not JSON",
                "{\"total_slots\":0}",
                "{\"total_slots\":-4}",
                "{\"total_slots\":1000001}",
                "{\"total_slots\":12345678}",
                "{\"total_slots\":4.5}",
                "{\"total_slots\":4e3}",
                "{\"total_slots\":\"4\"}",
                "{\"total_slots\":null}",
                "{\"chat_template\":\"{{ \\\"total_slots\\\": 9 }}\"}"
            })
    void whatIsNoNumberOfSlotsIsNone(String body) {
        assertThat(SlotCount.of(200, body)).isEqualTo(new SlotCount.Silent(200));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 302, 401, 404, 405, 501})
    void otherEnginesAndThoseThatWantAKeyTellNone(int status) {
        assertThat(SlotCount.of(status, "{\"total_slots\":4}")).isEqualTo(new SlotCount.Silent(status));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503})
    void oneThatIsInTroubleMayTellItLater(int status) {
        assertThat(SlotCount.of(status, "{\"total_slots\":4}")).isEqualTo(new SlotCount.NoAnswer("answered " + status));
    }

    @Test
    void eachSaysWhatWasSeen() {
        assertThat(new SlotCount.Told(4).text()).isEqualTo("4 slots");
        assertThat(new SlotCount.Silent(404).text()).isEqualTo("answered 404 without any");
        assertThat(new SlotCount.NoAnswer("answered 503").text()).isEqualTo("answered 503");
    }
}
