// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a reload must leave for the next start. */
class RestartTest {

    private static final String GOOD = "backends: [{id: a, url: 'http://10.0.0.1:1'}]\n";

    @Test
    void onlyWhatIsBoundOrAllocatedOnceNeedsARestart() {
        HomingConfig before = Project.read(GOOD);
        HomingConfig after = Project.read(GOOD + """
                listen: 127.0.0.1:1234
                admin: none
                io: nio
                threads: 2
                affinity: {seed: other, max_sessions: 7, snapshot: x, share: 'redis://x', idle_ttl: 2h}
                health: {fall: 9}
                metering: false
                drain_timeout: 1s
                """);

        assertThat(Restart.needed(before, after))
                .containsExactly(
                        "listen",
                        "admin",
                        "affinity.max_sessions",
                        "affinity.seed",
                        "affinity.snapshot",
                        "affinity.share",
                        "io",
                        "threads");
        assertThat(Restart.needed(before, Project.read(GOOD))).isEmpty();
    }
}
