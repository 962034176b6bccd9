// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Has every wait look at once and often. Awaitility's own first look comes after 100 ms, which over a thousand tests is minutes of nothing.
 * Registered for all classes through {@code META-INF/services}.
 */
public final class LivelyWaits implements BeforeAllCallback {

    private static final Duration INTERVAL = Duration.ofMillis(5);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(INTERVAL);
    }
}
