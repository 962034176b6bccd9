// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

/**
 * Whether what goes by one session may be two conversations, packed into one number, so that a {@link Pin} changes it at once without a lock. A
 * conversation sends its whole history with each turn, one turn after the other; so a prompt that is smaller than the one before is a sign, and so
 * is one that comes while another is being answered.
 *
 * <pre>
 * NONE -> a first sign -> a second one within 8 turns: suspect, for as long as the session is remembered
 *         a first sign -> NONE      after 8 turns without another
 * </pre>
 *
 * One sign is none: a history that is summed up shrinks once, and grows from there.
 */
final class Doubt {

    /** What one turn says of its session. */
    enum Sign {
        NOTHING(0),
        /** It is smaller than the turn before. */
        SHRUNK(1),
        /** Another one of another size came while it was being answered. */
        BESIDE(2);

        private final int bit;

        Sign(int bit) {
            this.bit = bit;
        }
    }

    static final int NONE = 0;

    /** What none takes more of. */
    static final int BITS = 6;

    /** Turns without a sign after which a single one is forgotten. */
    static final int TURNS = 8;

    private static final int SIGNS = 3;
    private static final int SUSPECT = 4;
    private static final int ONE_TURN = 8;

    /** A prompt of less than a part so large of another is a side call: a title, a check. */
    private static final int SIDE_CALL = 8;

    /** A prompt that lost less than a part so large is the same conversation, edited or without what its model had thought. */
    private static final int EDITED = 8;

    private Doubt() {}

    /**
     * What a turn says that was answered.
     *
     * @param bytes of its prompt
     * @param before the bytes of the session's last prompt when it came, 0 = there was none
     * @param alone whether no other request of the session ran then
     * @param now the bytes of the session's last prompt by now: its own, or that of another that came meanwhile
     */
    static Sign sign(long bytes, long before, boolean alone, long now) {
        if (now != bytes && comparable(now, bytes)) {
            return Sign.BESIDE;
        }
        // Beside another one it is that other's sign.
        return alone && comparable(bytes, before) && bytes < before - before / EDITED ? Sign.SHRUNK : Sign.NOTHING;
    }

    static int after(int doubt, Sign sign) {
        if (suspect(doubt)) {
            return doubt | sign.bit;
        }
        if (sign == Sign.NOTHING) {
            return doubt == NONE || doubt >= (TURNS - 1) * ONE_TURN ? NONE : doubt + ONE_TURN;
        }
        return doubt == NONE ? sign.bit : (doubt & SIGNS) | sign.bit | SUSPECT;
    }

    static boolean suspect(int doubt) {
        return (doubt & SUSPECT) != 0;
    }

    /** Whether that was among the signs. */
    static boolean saw(int doubt, Sign sign) {
        return (doubt & sign.bit) != 0;
    }

    private static boolean comparable(long bytes, long other) {
        return Math.min(bytes, other) >= Math.max(bytes, other) / SIDE_CALL && Math.min(bytes, other) > 0;
    }
}
