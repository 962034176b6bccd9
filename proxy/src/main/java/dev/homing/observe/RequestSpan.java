// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/**
 * One request as OpenTelemetry has it: a server's span from the request's head to the end of its answer, with an event where the first token passed.
 * Immutable.
 */
public final class RequestSpan implements SpanData {

    private static final String FIRST_TOKEN = "homing.first_token";
    private static final int SERVER_ERROR = 500;

    private final SpanEntry entry;
    private final Resource resource;
    private final InstrumentationScopeInfo scope;
    private final Attributes attributes;
    private final List<EventData> events;

    /**
     * The span of a request that ended.
     *
     * @param resource what homing is
     * @param scope what tells of it
     */
    public RequestSpan(SpanEntry entry, Resource resource, InstrumentationScopeInfo scope) {
        this.entry = entry;
        this.resource = resource;
        this.scope = scope;
        this.attributes = SpanAttributes.of(entry);
        long firstToken = entry.summary().timing().firstTokenNanos();
        this.events = firstToken < 0
                ? List.of()
                : List.of(EventData.create(entry.startEpochNanos() + firstToken, FIRST_TOKEN, Attributes.empty()));
    }

    @Override
    public String getName() {
        return SpanAttributes.name(entry.head());
    }

    @Override
    public SpanKind getKind() {
        return SpanKind.SERVER;
    }

    @Override
    public SpanContext getSpanContext() {
        Trace trace = entry.trace();
        return SpanContext.create(trace.traceId(), Trace.hex(trace.span()), flags(), TraceState.getDefault());
    }

    @Override
    public SpanContext getParentSpanContext() {
        Trace trace = entry.trace();
        return trace.continued()
                ? SpanContext.createFromRemoteParent(
                        trace.traceId(), Trace.hex(trace.parent()), flags(), TraceState.getDefault())
                : SpanContext.getInvalid();
    }

    private TraceFlags flags() {
        return TraceFlags.fromByte((byte) entry.trace().flags());
    }

    /** An error is what broke off or is a 5xx. A client that was refused, or left, is as it should be for a server. */
    @Override
    public StatusData getStatus() {
        RequestSummary summary = entry.summary();
        boolean brokeOff = summary.ending().error() != null && !summary.clientGone() && summary.status() < 400;
        return brokeOff || summary.status() >= SERVER_ERROR ? StatusData.error() : StatusData.unset();
    }

    @Override
    public long getStartEpochNanos() {
        return entry.startEpochNanos();
    }

    @Override
    public long getEndEpochNanos() {
        return entry.endEpochNanos();
    }

    @Override
    public boolean hasEnded() {
        return true;
    }

    @Override
    public Attributes getAttributes() {
        return attributes;
    }

    @Override
    public int getTotalAttributeCount() {
        return attributes.size();
    }

    @Override
    public List<EventData> getEvents() {
        return events;
    }

    @Override
    public int getTotalRecordedEvents() {
        return events.size();
    }

    @Override
    public List<LinkData> getLinks() {
        return List.of();
    }

    @Override
    public int getTotalRecordedLinks() {
        return 0;
    }

    @Override
    public Resource getResource() {
        return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return scope;
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation") // asked for by the interface, and by nobody else
    public io.opentelemetry.sdk.common.InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
        return io.opentelemetry.sdk.common.InstrumentationLibraryInfo.empty();
    }
}
