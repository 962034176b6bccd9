// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.homing.health.Health.Event;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProbeResultTest {

    static Stream<Arguments> results() {
        return Stream.of(
                arguments(answered(200), Event.PROBE_GOOD, "probe answered 200"),
                arguments(answered(204), Event.PROBE_GOOD, "probe answered 204"),
                arguments(answered(299), Event.PROBE_GOOD, "probe answered 299"),
                arguments(answered(199), Event.PROBE_BAD, "probe answered 199"),
                arguments(answered(300), Event.PROBE_BAD, "probe answered 300"),
                arguments(answered(302), Event.PROBE_BAD, "probe answered 302"),
                arguments(answered(404), Event.PROBE_BAD, "probe answered 404"),
                arguments(answered(429), Event.PROBE_BAD, "probe answered 429"),
                arguments(answered(500), Event.PROBE_BAD, "probe answered 500"),
                arguments(answered(503), Event.PROBE_UNAVAILABLE, "probe answered 503"),
                arguments(
                        new ProbeResult.Answered(503, true),
                        Event.PROBE_LOADING,
                        "probe answered 503 \"Loading model\""),
                arguments(
                        new ProbeResult.Refused("127.0.0.1:9102"),
                        Event.PROBE_REFUSED,
                        "probe refused (connect to 127.0.0.1:9102)"),
                arguments(
                        new ProbeResult.TimedOut(Duration.ofMillis(1500)),
                        Event.PROBE_BAD,
                        "probe timed out after 1.5s"),
                arguments(
                        new ProbeResult.Failed("cannot resolve gpu-9"),
                        Event.PROBE_BAD,
                        "probe failed (cannot resolve gpu-9)"),
                arguments(
                        new ProbeResult.Unsent("Too many open files"),
                        Event.PROBE_BAD,
                        "probe not sent (Too many open files)"));
    }

    private static ProbeResult answered(int code) {
        return new ProbeResult.Answered(code, false);
    }

    @ParameterizedTest
    @MethodSource("results")
    void aResultSaysWhatItMeansAndWhatWasSeen(ProbeResult result, Event event, String text) {
        assertThat(result.event()).isEqualTo(event);
        assertThat(result.text()).isEqualTo(text);
    }
}
