// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What homing tells about its work.
 *
 * @param metering whether token usage is read out of responses
 * @param tracing OTLP collector, null = none
 */
public record Telemetry(
        boolean metering, AccessLog accessLog, @Nullable URI tracing) {

    /**
     * One line a request.
     *
     * @param path a file, {@code stdout}, or null = none
     */
    public record AccessLog(@Nullable String path, Format format) {}

    /** How such a line looks. */
    public enum Format {
        JSON,
        LOGFMT
    }
}
