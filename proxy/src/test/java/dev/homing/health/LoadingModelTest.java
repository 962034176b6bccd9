// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadingModelTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "503 | {\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}} | true",
                "503 | {\"error\":{\"message\":\"Loading model | false",
                "503 | {\"error\":{\"message\":\"no slot\"}} | false",
                "503 | '' | false",
                "200 | {\"content\":\"Loading model\"} | false",
                "500 | {\"error\":{\"message\":\"Loading model\"}} | false",
            })
    void onlyA503WithItsOwnWordsSaysSo(int status, String body, boolean loading) {
        assertThat(LoadingModel.told(status, body)).isEqualTo(loading);
    }
}
