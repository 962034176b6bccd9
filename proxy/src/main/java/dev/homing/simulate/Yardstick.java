// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.BitSet;
import java.util.SplittableRandom;

/** A policy that homing does not have, to measure its own by: the backend that costs the least now, of several any. */
final class Yardstick implements Dispatcher {

    private final Cost cost;
    private final SplittableRandom random;
    private final BitSet up = new BitSet();

    /** What a call would cost on a backend. */
    interface Cost {
        long of(Call call, int slot);
    }

    private record There(int slot) implements Sent {

        @Override
        public void answered() {}

        @Override
        public void over() {}
    }

    Yardstick(int backends, Cost cost, long seed) {
        this.cost = cost;
        this.random = new SplittableRandom(seed);
        this.up.set(0, backends);
    }

    @Override
    public Sent send(Call call) {
        int best = -1;
        long least = Long.MAX_VALUE;
        int ties = 0;
        for (int slot = up.nextSetBit(0); slot >= 0; slot = up.nextSetBit(slot + 1)) {
            long price = cost.of(call, slot);
            ties = price < least ? 1 : price == least ? ties + 1 : ties;
            if (price < least || (price == least && random.nextInt(ties) == 0)) {
                best = slot;
                least = price;
            }
        }
        return new There(best);
    }

    @Override
    public Sent again(Call call, Sent lost) {
        return send(call);
    }

    @Override
    public void up(int slot, boolean isUp) {
        up.set(slot, isUp);
    }

    @Override
    public void restart() {}
}
