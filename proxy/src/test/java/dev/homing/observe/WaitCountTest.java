// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.homing.routing.Decision;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the buckets that homing has: 5, 10, 25, 50, 100, 250, 500 ms and so on, up to 15 min. */
class WaitCountTest {

    private final MeterCatalog catalog = new MeterCatalog(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    private final Timer timer = catalog.firstToken("chat", Decision.PINNED);

    @Test
    void ofNothingThereIsNoQuantile() {
        assertThat(WaitCount.NONE.quantileSeconds(0.5)).isNull();
        assertThat(count().quantileSeconds(0.95)).isNull();
        assertThat(count().total()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // ten waits in the bucket of 50 to 100 ms: spread evenly over it
        "0.5, 0.075",
        "0.1, 0.055",
        "0.95, 0.0975",
        "1.0, 0.1"
    })
    void withinABucketWaitsAreTakenToBeSpreadEvenly(double q, double seconds) {
        record(10, 70);

        assertThat(count().quantileSeconds(q)).isCloseTo(seconds, within(1e-9));
    }

    @Test
    void aQuantileIsLookedForInTheBucketThatHoldsIt() {
        record(90, 7);
        record(10, 2_000);

        assertThat(count().total()).isEqualTo(100);
        assertThat(count().quantileSeconds(0.5)).isCloseTo(0.005 + 0.005 * 50 / 90, within(1e-9));
        assertThat(count().quantileSeconds(0.9)).isCloseTo(0.01, within(1e-9));
        assertThat(count().quantileSeconds(0.95)).isCloseTo(1.75, within(1e-9));
    }

    @Test
    void theFirstBucketBeginsAtZero() {
        record(4, 1);

        assertThat(count().quantileSeconds(0.5)).isCloseTo(0.0025, within(1e-9));
    }

    @Test
    void beyondTheLastBoundNoMoreIsKnownThanThat() {
        record(1, 10);
        record(9, 2_000_000);

        assertThat(count().total()).isEqualTo(10);
        assertThat(count().quantileSeconds(0.5)).isEqualTo(900);
    }

    @Test
    void aDifferenceForgetsWhatWasBefore() {
        record(100, 70);
        WaitCount before = count();
        record(10, 7);

        WaitCount since = count().since(before);

        assertThat(since.total()).isEqualTo(10);
        assertThat(since.quantileSeconds(1)).isCloseTo(0.01, within(1e-9));
        assertThat(before.since(count())).as("began anew").isSameAs(before);
        assertThat(before.since(WaitCount.NONE)).isSameAs(before);
    }

    @Test
    void countsAddUp() {
        record(1, 70);
        WaitCount one = count();

        assertThat(one.plus(one).total()).isEqualTo(2);
        assertThat(one.plus(WaitCount.NONE)).isSameAs(one);
        assertThat(WaitCount.NONE.plus(one)).isSameAs(one);
    }

    private WaitCount count() {
        return WaitCount.of(timer.takeSnapshot());
    }

    private void record(int times, long millis) {
        for (int i = 0; i < times; i++) {
            timer.record(millis, TimeUnit.MILLISECONDS);
        }
    }
}
