// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.OtlpReceiver;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.List;
import java.util.Map;

/**
 * One request of a client, as the proxy's span tells of it.
 *
 * @param name method and path
 */
record ClientCall(String name, Map<String, Object> told) {

    static ClientCall of(Span span) {
        return new ClientCall(span.getName(), OtlpReceiver.values(span.getAttributesList()));
    }

    boolean generates() {
        return name.startsWith("POST ");
    }

    String decision() {
        return text("homing.decision");
    }

    String session() {
        return text("homing.session");
    }

    /** What the session was read from. */
    String source() {
        return text("homing.key_source");
    }

    /** Of HTTP, between client and proxy. */
    String version() {
        return text("network.protocol.version");
    }

    long prompt() {
        return number("gen_ai.usage.input_tokens");
    }

    /** Prompt tokens that the replica had. */
    long cached() {
        return number("gen_ai.usage.cache_read.input_tokens");
    }

    /** Tokens of the answer. */
    long answered() {
        return number("gen_ai.usage.output_tokens");
    }

    /** Answered in full, whatever was decided. */
    void assertWhole() {
        assertThat(number("http.response.status_code")).isEqualTo(200);
        assertThat(text("error.type")).isEmpty();
        assertThat(answered()).isPositive();
    }

    /** Turns of one session, each answered in full: the first was placed, the others were pinned and found the tokens of those before. */
    static void assertTurns(List<ClientCall> calls, int turns, String source, String version) {
        assertThat(calls).hasSize(turns).allSatisfy(call -> {
            call.assertWhole();
            assertThat(call.source()).isEqualTo(source);
            assertThat(call.version()).isEqualTo(version);
            assertThat(call.session()).isEqualTo(calls.get(0).session()).hasSize(16);
        });
        assertThat(calls.get(0).decision()).isEqualTo("placed");
        assertThat(calls.get(0).cached()).isZero();
        assertThat(calls.subList(1, turns)).allSatisfy(call -> {
            assertThat(call.decision()).isEqualTo("pinned");
            assertThat(call.cached()).isPositive();
        });
    }

    private String text(String name) {
        return (String) told.getOrDefault(name, "");
    }

    private long number(String name) {
        return (Long) told.getOrDefault(name, 0L);
    }
}
