// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.UpstreamRules.Retry;
import dev.homing.exchange.RetryPolicy.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class RetryPolicyTest {

    @ParameterizedTest
    @CsvSource({
        "CONNECT, OTHER, OTHER",
        "CONNECT_TIMEOUT, OTHER, OTHER",
        "LOADING, OTHER, OTHER",
        "STALE, REFRESH, REFRESH",
        "BROKEN, GIVE_UP, OTHER",
        "SILENT, GIVE_UP, GIVE_UP",
        "EXHAUSTED, GIVE_UP, GIVE_UP",
    })
    void whatIsSentAgainDependsOnHowItFailed(Failure failure, Verdict verdict, Verdict withUnanswered) {
        assertThat(new RetryPolicy(new Retry(2, false)).after(failure, true)).isEqualTo(verdict);
        assertThat(new RetryPolicy(new Retry(2, true)).after(failure, true)).isEqualTo(withUnanswered);
    }

    @ParameterizedTest
    @EnumSource(Failure.class)
    void aBodyThatIsNoLongerWholeIsNeverSentAgain(Failure failure) {
        assertThat(new RetryPolicy(new Retry(2, true)).after(failure, false)).isEqualTo(Verdict.GIVE_UP);
    }

    @Test
    void asManyOthersAreTriedAsConfiguredAndOneFreshConnectionBesides() {
        RetryPolicy policy = new RetryPolicy(new Retry(2, false));

        assertThat(policy.after(Failure.STALE, true)).isEqualTo(Verdict.REFRESH);
        assertThat(policy.after(Failure.CONNECT, true)).isEqualTo(Verdict.OTHER);
        assertThat(policy.after(Failure.LOADING, true)).isEqualTo(Verdict.OTHER);
        assertThat(policy.after(Failure.STALE, true)).isEqualTo(Verdict.GIVE_UP);
        assertThat(policy.after(Failure.CONNECT, true)).isEqualTo(Verdict.GIVE_UP);
    }

    @Test
    void noAttemptsMeansNone() {
        assertThat(new RetryPolicy(new Retry(0, true)).after(Failure.CONNECT, true))
                .isEqualTo(Verdict.GIVE_UP);
        assertThat(new RetryPolicy(new Retry(0, true)).after(Failure.STALE, true))
                .isEqualTo(Verdict.REFRESH);
    }
}
