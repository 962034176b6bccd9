// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DenyPathsTest {

    private final DenyPaths paths = new DenyPaths(List.of("/sleep", "/reset_prefix_cache"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sleep",
                "/sleep/",
                "/sleep/x",
                "/%73leep",
                "/%73%6c%65%65%70",
                "//sleep",
                "///sleep",
                "/./sleep",
                "/././sleep",
                "/x/../sleep",
                "/x/y/../../sleep",
                "/../sleep",
                "/x/%2e%2e/sleep",
                "/%2e/sleep",
                "/x%2f..%2fsleep",
                "%2fsleep",
                "/sleep/.",
                "/sleep//",
                "/reset%5fprefix%5Fcache",
            })
    void everySpellingOfAControlIsCovered(String path) {
        assertThat(paths.covers(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sleepy",
                "/x/sleep",
                "/sleep/..",
                "/sleep/../x",
                "/slee",
                "/%2573leep",
                "/sleep%",
                "/sleep%2",
                "/v1/chat/completions",
                "/",
                "*",
                ""
            })
    void otherPathsAreNot(String path) {
        assertThat(paths.covers(path)).isFalse();
    }

    @Test
    void noneCoverNothing() {
        assertThat(new DenyPaths(List.of()).covers("/sleep")).isFalse();
    }
}
