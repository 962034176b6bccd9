// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.Address;
import dev.homing.config.DnsName;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Tells which replicas a name stands for. */
@FunctionalInterface
public interface Names {

    /**
     * Asks once.
     *
     * @param servers asked in place of the system's; empty = the system's
     * @return completed on any thread, never exceptionally
     */
    CompletionStage<Answer> ask(DnsName name, List<Address> servers);

    /** What came of it. */
    sealed interface Answer {}

    /**
     * The replicas of a name.
     *
     * @param replicas at least one
     * @param ttl how long the answer holds, {@code >= 0}
     */
    record Found(List<Replica> replicas, Duration ttl) implements Answer {

        public Found {
            replicas = List.copyOf(replicas);
        }
    }

    /**
     * No replica: there is no such name, it has no address, or nobody said.
     *
     * @param reason for people
     */
    record Nothing(String reason) implements Answer {}

    /**
     * One of a name's replicas.
     *
     * @param label what it is known by among them: its address; of SRV records its target and port, which outlive an address
     * @param share of new sessions beside the others, {@code > 0}; 1 is what all would have if they were equal
     */
    record Replica(String label, InetAddress address, int port, double share) {}
}
