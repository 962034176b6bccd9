// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

/** Decides which backend each call goes to. */
interface Dispatcher {

    /** A call that was sent to a backend. */
    interface Sent {

        int slot();

        /** Its first token is there. */
        void answered();

        /** It is over. */
        void over();
    }

    Sent send(Call call);

    /** Sends a call elsewhere, whose backend was lost before it answered; {@code lost} is over with that. */
    Sent again(Call call, Sent lost);

    /** A backend comes up, or goes down. */
    void up(int slot, boolean up);

    /** All that was remembered is forgotten. */
    void restart();
}
