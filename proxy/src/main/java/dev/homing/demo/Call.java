// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.handler.codec.http.HttpHeaders;

/** One generation on its way to its client: what the engine tells becomes bytes in the protocol's shape. */
final class Call implements Generation.Listener, Outgoing {

    private final Replica replica;
    private final EngineConnection connection;
    private final Shape shape;
    private final boolean stream;
    private final Generation generation;
    private final Answer answer;
    private final Frames frames = new Frames();
    private final long submitted;
    private boolean detached;

    Call(Replica replica, EngineConnection connection, Api api, GenerationRequest request, String id) {
        this.replica = replica;
        this.connection = connection;
        this.shape = replica.dialect.shape(api);
        this.stream = request.answer().stream();
        int most = request.answer().maxTokens();
        int tokens = most > 0 ? most : replica.settings.behaviour().answerTokens();
        this.generation = new Generation(request.prompt(), tokens, request.nonce(), this);
        long created = System.currentTimeMillis() / 1000;
        this.answer = new Answer(id, replica.dialect.model(request, replica.settings), created, request, generation);
        this.submitted = replica.clock.now();
    }

    /** @param goesOn whether the generation survives its client */
    void start(boolean goesOn) {
        detached = goesOn;
        connection.pending(this);
        if (stream && replica.dialect.headAtOnce()) {
            openStream();
        }
        replica.engine.submit(generation);
    }

    private void openStream() {
        connection.open(this::streamHeaders, this);
        shape.started(answer, frames);
        flush();
    }

    private void streamHeaders(HttpHeaders headers) {
        replica.dialect.stream(headers);
    }

    private void flush() {
        if (!frames.isEmpty()) {
            connection.chunk(frames.take());
        }
    }

    @Override
    public void slotTaken() {
        if (stream && !replica.dialect.headAtOnce()) {
            openStream();
        }
    }

    @Override
    public void prefillStarted(long cached) {
        if (stream) {
            shape.prefillStarted(answer, frames);
            flush();
        }
    }

    @Override
    public void token(String text) {
        answer.text.append(text);
        if (!stream) {
            return;
        }
        if (!connection.isActive() && !detached) {
            replica.engine.cancel(generation);
            return;
        }
        shape.token(answer, text, frames);
        flush();
    }

    @Override
    public void finished() {
        if (!stream) {
            connection.reply(Reply.json(200, replica.dialect.json(), shape.whole(answer)));
            return;
        }
        shape.finished(answer, frames);
        flush();
        shape.last(frames);
        flush();
        connection.end();
    }

    @Override
    public boolean writable() {
        return !connection.isActive() || connection.isWritable();
    }

    @Override
    public void resumed() {
        replica.engine.resume(generation);
    }

    @Override
    public void clientGone() {
        replica.engine.resume(generation);
        if (detached) {
            return;
        }
        long poll = replica.settings.behaviour().disconnectPoll().toNanos();
        if (poll == 0) {
            replica.engine.cancel(generation);
        } else {
            long sincePoll = (replica.clock.now() - submitted) % poll;
            replica.clock.schedule(() -> replica.engine.cancel(generation), poll - sincePoll);
        }
    }
}
