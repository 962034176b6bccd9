// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProxyErrorTest {

    private final ObjectMapper json = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "\"quoted\" \\ back",
                "line\nfeed\ttab\0nul\u001f\u007f",
                "\u00e4\u20ac\ud83d\ude00",
                "\ud800 alone",
                "${jndi:ldap://x}",
                "</script>"
            })
    void anyMessageIsValidJsonInBothShapes(String message) throws Exception {
        ProxyError error = ProxyError.malformed(message);

        JsonNode openAi = json.readTree(error.body("/v1/chat/completions"));
        assertThat(openAi.at("/error/message").asText()).isEqualTo(message);
        assertThat(openAi.at("/error/type").asText()).isEqualTo("invalid_request_error");
        assertThat(openAi.at("/error/code").asText()).isEqualTo("malformed_request");
        assertThat(openAi.at("/error/param").isNull()).isTrue();

        JsonNode anthropic = json.readTree(error.body("/v1/messages"));
        assertThat(anthropic.at("/type").asText()).isEqualTo("error");
        assertThat(anthropic.at("/error/type").asText()).isEqualTo("invalid_request_error");
        assertThat(anthropic.at("/error/message").asText()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error",
        "401, authentication_error",
        "404, not_found_error",
        "408, invalid_request_error",
        "413, request_too_large",
        "429, rate_limit_error",
        "502, api_error",
        "503, overloaded_error",
        "504, api_error",
    })
    void anthropicsTypesFollowTheStatus(int status, String type) throws Exception {
        ProxyError error = new ProxyError(status, "x", "y", "z", 0);

        assertThat(json.readTree(error.body("/v1/messages/count_tokens"))
                        .at("/error/type")
                        .asText())
                .isEqualTo(type);
    }
}
