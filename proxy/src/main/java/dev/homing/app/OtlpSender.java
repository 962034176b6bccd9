// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.observe.RequestSpan;
import dev.homing.observe.SpanEntry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way to one collector: OTLP over HTTP, as OpenTelemetry's exporter speaks it. The only class that knows it, so that nothing of the library is loaded
 * while nobody traces. Used by one thread, which it may hold up.
 */
final class OtlpSender {

    /** For one batch, with all tries: a collector that was restarted is there again by then. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What OTLP puts behind a base address, for traces. */
    private static final String PATH = "/v1/traces";

    /** What the library logs of itself: heard here and nowhere else, since homing tells what goes wrong, once. Held, or the JDK would forget that. */
    private static final Logger LIBRARY = Logger.getLogger("io.opentelemetry");

    private static final String SCOPE = "dev.homing";

    private final OtlpHttpSpanExporter exporter;
    private final Heard heard = new Heard();
    private final Resource resource;
    private final InstrumentationScopeInfo scope;

    /** @param version of homing */
    OtlpSender(URI collector, String version) {
        LIBRARY.setUseParentHandlers(false);
        LIBRARY.addHandler(heard);
        this.exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(endpoint(collector).toString())
                .setCompression("gzip")
                .setConnectTimeout(PATIENCE)
                .setTimeout(PATIENCE)
                .build();
        AttributesBuilder self = Attributes.builder()
                .put("service.name", "homing")
                .put("service.version", version)
                .put("service.instance.id", UUID.randomUUID().toString());
        this.resource = Resource.getDefault().merge(Resource.create(self.build()));
        this.scope = InstrumentationScopeInfo.builder(SCOPE).setVersion(version).build();
    }

    /** Where spans are sent: {@value #PATH} below the configured address, which may have it already. */
    static URI endpoint(URI collector) {
        // The library knows no scheme in capitals.
        String scheme = collector.getScheme();
        String base = scheme.toLowerCase(Locale.ROOT) + collector.toString().substring(scheme.length());
        while (base.endsWith("/")) {
            base = base.substring(0, base.length() - 1);
        }
        return URI.create(base.endsWith(PATH) ? base : base + PATH);
    }

    /** Sends them; returns why the collector does not have them, null when it does. */
    @Nullable String send(Collection<SpanEntry> entries) {
        List<SpanData> spans = new ArrayList<>(entries.size());
        for (SpanEntry entry : entries) {
            spans.add(new RequestSpan(entry, resource, scope));
        }
        CompletableResultCode result = exporter.export(spans);
        // A moment longer, so that the exporter comes to say what was wrong.
        result.join(PATIENCE.toMillis() + 1000, TimeUnit.MILLISECONDS);
        if (result.isSuccess()) {
            return null;
        }
        Throwable failure = result.getFailureThrowable();
        return failure == null ? "no answer within " + PATIENCE.toSeconds() + " s" : reason(failure);
    }

    /** Lets go of its connections; those in use may hold this up. */
    void close() {
        exporter.shutdown().join(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        LIBRARY.removeHandler(heard);
    }

    /** In a few words: Java tells some reasons by the class alone, and a collector's refusal is only logged. */
    private String reason(Throwable failure) {
        if (failure.getCause() == null) {
            return heard.last;
        }
        Throwable cause = failure;
        while (cause.getCause() != null && !told(cause)) {
            cause = cause.getCause();
        }
        if (cause instanceof UnresolvedAddressException) {
            return "unknown host";
        }
        if (cause instanceof HttpTimeoutException) {
            return "no answer within " + PATIENCE.toSeconds() + " s";
        }
        if (cause instanceof ConnectException) {
            return "connection refused";
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Whether what caused it says less. */
    private static boolean told(Throwable cause) {
        return cause instanceof HttpTimeoutException
                || (cause instanceof ConnectException
                        && !(cause.getCause() instanceof UnresolvedAddressException)
                        && !(cause.getCause() instanceof ConnectException));
    }

    /** What the library said last. */
    private static final class Heard extends Handler {

        /** Written by threads of the library, read by the one that sends. */
        private volatile String last = "it refused them";

        @Override
        public void publish(LogRecord said) {
            last = said.getMessage();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
