// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import org.jspecify.annotations.Nullable;

/**
 * One request's pending work. Counted on one backend at a time until the first content token, and given back exactly once, whatever way the
 * request ends. Confined to the event loop of its request.
 */
public final class Claim {

    private final PendingWork.Account account;
    private final @Nullable Pin pin;
    private final long last;
    private final boolean alone;
    private PromptSize prompt;
    private int slot;
    private long counted;
    private boolean released;

    Claim(PendingWork.Account account, @Nullable Pin pin, PromptSize prompt, int slot) {
        this.account = account;
        this.pin = pin;
        this.last = pin == null ? LastPrompt.NONE : pin.lastPrompt();
        this.alone = pin == null || pin.running() <= 1;
        this.prompt = prompt;
        this.slot = slot;
        count();
    }

    /** Tokens that are counted now, {@code > 0} until the release and 0 after it, until it moves. */
    public long tokens() {
        return counted;
    }

    /** More of a body of unknown length has passed, {@code bytes} in all. Less than was known before changes nothing. */
    public void grow(long bytes) {
        if (bytes > prompt.bytes()) {
            prompt = prompt.of(bytes);
            if (released) {
                remember();
            } else {
                count();
            }
        }
    }

    /** The request goes to another backend instead, which has its prompt to read even when the first was taken to be done with it. */
    public void move(int toSlot) {
        account.add(slot, -counted);
        counted = 0;
        released = false;
        slot = toSlot;
        count();
    }

    /**
     * The backend has read the prompt, or never will. May be called again, since a request that had its first token ends as well; only the first
     * call since it was meant for this backend gives back.
     */
    public void release() {
        if (!released) {
            released = true;
            account.add(slot, -counted);
            counted = 0;
        }
    }

    /**
     * The request was a turn of a conversation, and was answered. Returns whether it is by this one that its session looks like two; true once a
     * session. To be called at most once.
     */
    public boolean answered() {
        return pin != null
                && pin.note(
                        Doubt.sign(prompt.bytes(), LastPrompt.bytes(last), alone, LastPrompt.bytes(pin.lastPrompt())));
    }

    private void count() {
        long cachedBytes = LastPrompt.slot(last) == slot ? LastPrompt.bytes(last) : 0;
        long uncached = Math.max(1, prompt.tokens(prompt.bytes() - cachedBytes));
        account.add(slot, uncached - counted);
        counted = uncached;
        remember();
    }

    private void remember() {
        if (pin != null && prompt.bytes() > 0) {
            pin.lastPrompt(LastPrompt.of(slot, prompt.bytes()));
        }
    }
}
