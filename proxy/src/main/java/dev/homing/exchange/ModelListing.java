// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.look.ModelList;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Traffic;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/models} of a client that can reach several pools. One backend of each is asked, in an {@link Exchange} of its own and so by all rules
 * of its pool, and the lists are answered as one. A pool that lists nothing in time is left out. When none does, what the first backend said
 * instead is the answer, such as that the client's key is wrong.
 *
 * Confined to the event loop of its client's connection, which the exchanges share.
 */
final class ModelListing implements ClientRequest {

    static final String PATH = "/v1/models";

    private final Call call;
    private final List<GatheredAnswer> answers = new ArrayList<>();
    private int awaited;

    private ModelListing(Call call) {
        this.call = call;
    }

    /** Whether a request asks for models; the path of a single one is another. */
    static boolean isAskedFor(RequestHead head) {
        return head.request().method().equals(HttpMethod.GET) && head.path().equals(PATH);
    }

    /**
     * Asks those pools.
     *
     * @return null when it is over already
     */
    static @Nullable ModelListing begin(Call call, List<Reception> pools) {
        ModelListing listing = new ModelListing(call);
        List<Reception> up = pools.stream()
                .filter(reception -> !reception.pool().eligible().isEmpty())
                .toList();
        if (up.isEmpty()) {
            call.refuse(noBackend(pools.stream()), 0);
            return null;
        }
        listing.ask(up);
        return listing.awaited == 0 ? null : listing;
    }

    private void ask(List<Reception> pools) {
        RequestHead head = call.head().plain();
        for (Reception pool : pools) {
            answers.add(new GatheredAnswer(call, pool, this::answered));
        }
        // All are counted before one is asked, because one that fails at once must not be taken for the last.
        awaited = pools.size();
        answers.forEach(answer -> answer.ask(head));
    }

    private void answered() {
        awaited--;
        if (awaited > 0) {
            return;
        }
        ModelList models = new ModelList();
        boolean listed = false;
        for (GatheredAnswer answer : answers) {
            listed |= answer.status() == 200 && models.add(answer.body());
        }
        if (listed) {
            HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
            answer(response, List.of(), models.json());
        } else {
            refused();
        }
    }

    /** Nobody listed anything. */
    private void refused() {
        for (GatheredAnswer answer : answers) {
            ResponseHead head = answer.head();
            if (head != null) {
                HttpResponse told = head.response();
                answer(
                        new DefaultHttpResponse(
                                HttpVersion.HTTP_1_1,
                                told.status(),
                                told.headers().copy()),
                        head.added(),
                        answer.body());
                return;
            }
        }
        call.refuse(noBackend(answers.stream().map(GatheredAnswer::reception)), 0);
    }

    private void answer(HttpResponse response, List<String> added, byte[] body) {
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        call.ended(Ending.whole(response.status().code()), new Traffic(0, body.length, 0));
        ClientStream client = call.client();
        client.head(new ResponseHead(
                response, HopByHopHeaders.of(response.headers()), ResponseHead.Body.AS_DECLARED, added));
        client.body(Unpooled.wrappedBuffer(body));
        client.end();
    }

    private static ProxyError noBackend(Stream<Reception> pools) {
        return ProxyError.noBackend(
                pools.map(reception -> reception.pool().name()).collect(Collectors.joining(", ")));
    }

    // ---- the client's side: a body is not sent on, since there is nobody whom it could be meant for

    @Override
    public void content(ByteBuf part) {
        part.release();
    }

    @Override
    public void contentEnd() {}

    @Override
    public void contentBroken(ProxyError error) {
        abandon();
        call.refuse(error, 0);
    }

    @Override
    public void contentFlush() {}

    @Override
    public void clientWritable(boolean writable) {}

    @Override
    public void clientGone() {
        abandon();
        call.ended(Ending.left(0), Traffic.NONE);
    }

    private void abandon() {
        answers.forEach(GatheredAnswer::abandon);
    }
}
