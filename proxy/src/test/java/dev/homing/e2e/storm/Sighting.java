// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

/** One request as one backend saw it, and what became of it there. Its mutable fields are written by the thread of that backend's connection. */
final class Sighting {

    /** Of an answer that no client may take for a complete one. */
    static final int NEVER = -1;

    private final int id;
    private final String nonce;
    private final int backend;
    private final boolean reused;
    private final Act act;
    private final int events;
    private volatile boolean heard;
    private volatile int whole = NEVER;

    /**
     * @param id unique in the storm
     * @param reused whether its connection had brought a request before
     * @param act what the backend does about it
     * @param events of the answer, if it gets that far
     */
    Sighting(int id, String nonce, int backend, boolean reused, Act act, int events) {
        this.id = id;
        this.nonce = nonce;
        this.backend = backend;
        this.reused = reused;
        this.act = act;
        this.events = events;
    }

    int id() {
        return id;
    }

    String nonce() {
        return nonce;
    }

    int backend() {
        return backend;
    }

    boolean reused() {
        return reused;
    }

    Act act() {
        return act;
    }

    String answer() {
        return Payload.answer(nonce, events);
    }

    /** Something was said for it, and was sent. */
    void answering() {
        heard = true;
    }

    /** Whether it was answered anything at all. */
    boolean heard() {
        return heard;
    }

    /** From now on an answer of that many bytes is complete. */
    void whole(int length) {
        whole = length;
    }

    /** Bytes of the body behind which the answer is complete, or {@link #NEVER}. */
    int whole() {
        return whole;
    }

    @Override
    public String toString() {
        return "#" + id + " at " + backend + (reused ? ", reused, " : ", fresh, ") + act
                + (heard ? ", answered" : ", unanswered") + ", whole " + whole;
    }
}
