// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.exchange.ApiKeys;
import dev.homing.wire.RecordingOrigin.Script;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to requests with and without a key where keys are asked for. */
final class ApiKeyTest extends WireCase {

    @BeforeEach
    void askForKeys() {
        configs.keys(ApiKeys.of(List.of(new ApiKeys.Known("alice", sha256("sk-alice"))), new byte[] {7}));
    }

    @Test
    void aRequestWithoutAKeyIsRefusedAndNothingGoesUpstream() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        RawClient.Response response = client.send(GET).response();

        assertThat(response.status()).isEqualTo(401);
        assertThat(response.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(response.body())
                .isEqualTo(
                        "{\"error\":{\"message\":\"no valid API key (expected: Authorization: Bearer KEY, or x-api-key: KEY)\","
                                + "\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"invalid_api_key\"}}");
        assertThat(origin.connections()).isZero();
        assertThat(plane.observer().rejections()).containsExactly("invalid_api_key");
    }

    @Test
    void anAnthropicClientIsRefusedInItsOwnShape() throws Exception {
        RawClient client = client(plane(origin(Script.answering(OK))));

        client.send(head("POST /v1/messages HTTP/1.1", "Host: h", "x-api-key: sk-bob", "Content-Length: 2") + "{}");

        assertThat(client.response().body())
                .startsWith("{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":");
    }

    @Test
    void aRefusedRequestWithAShortBodyLeavesTheConnectionUsable() throws Exception {
        RawClient client = client(plane(origin(Script.answering(OK))));

        client.send(head("POST /x HTTP/1.1", "Host: h", "Content-Length: 5") + "hello");
        assertThat(client.response().status()).isEqualTo(401);

        assertThat(client.send(withKey()).response().status()).isEqualTo(200);
    }

    @Test
    void theClientsCredentialsAreForHomingAndGoNoFurther() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send(head(
                        "GET /x HTTP/1.1",
                        "Host: h",
                        "Authorization: Bearer sk-alice",
                        "X-API-Key: sk-of-another-service",
                        "X-B: 2"))
                .response();

        assertThat(origin.conversation(0).received())
                .contains("\r\nX-B: 2\r\n")
                .doesNotContainIgnoringCase("authorization")
                .doesNotContainIgnoringCase("x-api-key")
                .doesNotContain("sk-");
    }

    @Test
    void theBackendsOwnAuthorizationTakesTheirPlace() throws Exception {
        configs.authorization("Bearer backend-key");
        RecordingOrigin origin = origin(Script.answering(OK));

        client(plane(origin)).send(withKey()).response();

        assertThat(origin.conversation(0).received())
                .containsOnlyOnce("Authorization: Bearer backend-key\r\n")
                .doesNotContain("sk-alice");
    }

    @Test
    void theNameOfTheKeyIsToldWithTheRequestAndTheKeyIsNot() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));

        client(plane).send(withKey()).response();
        plane.awaitQuiet();

        assertThat(plane.observer().finished()).singleElement().satisfies(summary -> {
            assertThat(summary.origin().key()).isEqualTo("alice");
            assertThat(summary.toString()).doesNotContain("sk-alice");
        });
    }

    @Test
    void aBrowsersPreflightNeedsNoKey() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send(head(
                "OPTIONS /v1/chat/completions HTTP/1.1",
                "Host: h",
                "Origin: https://app.example",
                "Access-Control-Request-Method: POST"));

        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.connections()).isEqualTo(1);
    }

    private static String withKey() {
        return head("GET /x HTTP/1.1", "Host: h", "Authorization: Bearer sk-alice");
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
