// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudeUserIdTest {

    private static final String HASH = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String SESSION = "57a121ec-f78c-48c3-a745-e3036a3ecc33";
    private static final String ACCOUNT = "1b0c1a52-3f3e-4d5e-8f3a-0a1b2c3d4e5f";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user_" + HASH + "_account__session_" + SESSION,
                "user_" + HASH + "_account_" + ACCOUNT + "_session_" + SESSION,
                "{\"device_id\":\"" + HASH + "\",\"account_uuid\":\"\",\"session_id\":\"" + SESSION + "\"}",
                "{\"session_id\":\"" + SESSION + "\",\"device_id\":\"" + HASH + "\"}",
                "{ \"device_id\" : \"x\", \"session_id\" : \" " + SESSION + " \" }"
            })
    void bothFormsNameTheSession(String value) {
        assertThat(ClaudeUserId.session(value)).isEqualTo(SESSION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice",
                SESSION,
                "user_" + HASH,
                "user_" + HASH + "_account__session_",
                "other_session_" + SESSION,
                "{",
                "{\"device_id\":\"" + HASH + "\"}",
                "{\"session_id\":\"\"}",
                "{\"device_id\":\"x\",\"session_id\":\"" + SESSION,
                "{\"inner\":{\"session_id\":\"" + SESSION + "\"}}"
            })
    void anyOtherValueIsTakenWhole(String value) {
        assertThat(ClaudeUserId.session(value)).isEqualTo(value);
    }

    @Test
    void aValueThatIsTooLongForEitherFormIsTakenWhole() {
        String value = "user_" + "x".repeat(5000) + "_session_" + SESSION;

        assertThat(ClaudeUserId.session(value)).isEqualTo(value);
    }
}
