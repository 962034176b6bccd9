// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartTimeTest {

    /** As prometheus_client writes it for vLLM. */
    private static final String VLLM = """
            # HELP process_resident_memory_bytes Resident memory size in bytes.
            # TYPE process_resident_memory_bytes gauge
            process_resident_memory_bytes 1.2345e+09
            # HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
            # TYPE process_start_time_seconds gauge
            process_start_time_seconds 1.79003456789e+09
            vllm:num_requests_running{engine="0",model_name="m"} 0.0
            """;

    @Test
    void theMetricOfAVllmIsFound() {
        assertThat(StartTime.of(200, null, VLLM)).isEqualTo(new StartTime.Told(1.79003456789e+09));
    }

    @Test
    void theHeaderOfALlamaServerIsFound() {
        assertThat(StartTime.of(200, "1790034567", "llamacpp:n_decode_total 7\n"))
                .isEqualTo(new StartTime.Told(1_790_034_567));
    }

    @Test
    void labelsDoNotHideIt() {
        assertThat(StartTime.of(200, null, "process_start_time_seconds{pid=\"1\"} 17\n"))
                .isEqualTo(new StartTime.Told(17));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# HELP process_start_time_seconds 17\n",
                "my_process_start_time_seconds 17\n",
                "process_start_time_seconds_total 17\n",
                "process_start_time_seconds NaN\n",
                "process_start_time_seconds 1e+e\n",
                "process_start_time_seconds 0\n",
            })
    void whatIsNotTheMetricTellsNothing(String body) {
        assertThat(StartTime.of(200, null, body)).isEqualTo(new StartTime.Silent());
    }

    @ParameterizedTest
    @CsvSource({"401, true", "403, true", "404, true", "501, true", "500, false", "502, false", "503, false"})
    void aRefusalSaysThatItTellsNothingAndAFaultSaysNothing(int status, boolean silent) {
        assertThat(StartTime.of(status, null, "{}"))
                .isEqualTo(silent ? new StartTime.Silent() : new StartTime.NoAnswer());
    }
}
