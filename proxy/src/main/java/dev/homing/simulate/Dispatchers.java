// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.routing.PlacementRules;
import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import dev.homing.simulate.Homing.Rules;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes the dispatcher of each policy, for one scenario. */
final class Dispatchers {

    /** How much of a prompt {@code home: prefix} looks at: 8 KiB, of about four bytes a token. */
    private static final int BEGINNING_TOKENS = 2048;

    private final Scenario scenario;
    private final int blockTokens;
    private final List<Replica> replicas;
    private final LongSupplier clock;
    private final SipHash hash;

    /**
     * @param replicas all that there may be at once; at the start only the first ones of them are up
     * @param clock the virtual time
     */
    Dispatchers(Scenario scenario, int blockTokens, List<Replica> replicas, LongSupplier clock) {
        this.scenario = scenario;
        this.blockTokens = blockTokens;
        this.replicas = replicas;
        this.clock = clock;
        this.hash = SipHash.ofSeed("beginning-" + scenario.seed());
    }

    Dispatcher of(Policy policy) {
        PlacementRules loadAware = PlacementRules.loadAware(scenario.slackTokens());
        return switch (policy) {
            case ROUND_ROBIN -> homing(new Rules(PlacementRules.RENDEZVOUS, call -> null, call -> null));
            case LEAST_INFLIGHT -> yardstick((call, slot) -> replicas.get(slot).inflight());
            case RENDEZVOUS -> homing(new Rules(PlacementRules.RENDEZVOUS, Call::key, call -> null));
            case LOAD_AWARE -> homing(new Rules(loadAware, Call::key, call -> null));
            case LOAD_AWARE_RELIEF ->
                homing(new Rules(loadAware.withRelief(scenario.relief()), Call::key, call -> null));
            case LOAD_AWARE_PREFIX -> homing(new Rules(loadAware, Call::key, this::beginning));
            case ORACLE -> yardstick((call, slot) -> replicas.get(slot).timeToFirstToken(call, clock.getAsLong()));
        };
    }

    private Homing homing(Rules rules) {
        return new Homing(rules, scenario.backends(), replicas.size(), clock);
    }

    private Yardstick yardstick(Yardstick.Cost cost) {
        return new Yardstick(scenario.backends(), cost, scenario.seed());
    }

    /** The hash of the prompt's first blocks; null when nothing is known of them. */
    private @Nullable SessionKey beginning(Call call) {
        int[] blocks = call.blocks();
        int count = Math.min(blocks.length, Math.max(1, BEGINNING_TOKENS / blockTokens));
        if (count == 0) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(count * Integer.BYTES);
        for (int i = 0; i < count; i++) {
            bytes.putInt(blocks[i]);
        }
        return hash.key(Workload.POOL, bytes.array());
    }
}
