// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendUrlTest {

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8080, http://127.0.0.1:8080",
        "127.0.0.1:8080, http://127.0.0.1:8080",
        "gpu-1:8000, http://gpu-1:8000",
        "gpu-1, http://gpu-1",
        "[::1]:8000, http://[::1]:8000",
        "HTTPS://gpu.example.org/, https://gpu.example.org",
        "http://gpu:8000/v1, http://gpu:8000",
        "http://gpu:8000/v1/, http://gpu:8000",
        "http://gpu:8000/llm/v1, http://gpu:8000/llm",
        "http://gpu:8000/llm/, http://gpu:8000/llm"
    })
    void addressesMayBeWrittenAsTheyAreCopied(String written, String url) {
        assertThat(BackendUrl.of(written)).hasToString(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "ftp://x",
                "http://",
                "http://user@x",
                "http://x?y",
                "http://x#y",
                "x:0",
                "x:99999",
                "a b",
                "http://x:y"
            })
    void whatIsNoAddressIsRefusedWithTheRule(String written) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BackendUrl.of(written))
                .withMessage("'" + written + "' (expected: http://host:port or https://host:port)");
    }
}
