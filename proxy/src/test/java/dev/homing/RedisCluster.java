// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A real Redis Cluster of three masters, each of which has a third of the keys; the others go on when one is gone. */
public final class RedisCluster implements AutoCloseable {

    private static final int NODES = 3;
    private static final int SLOTS = 16_384;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<RedisServer> nodes = new ArrayList<>();

    private RedisCluster() {}

    /** One that is ready. */
    public static RedisCluster start() {
        RedisCluster cluster = new RedisCluster();
        try {
            cluster.form();
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void form() {
        List<Integer> buses = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            buses.add(RedisServer.freePort());
            nodes.add(RedisServer.start(
                    "--cluster-enabled", "yes",
                    "--cluster-port", String.valueOf(buses.get(i)),
                    "--cluster-require-full-coverage", "no",
                    "--cluster-node-timeout", "2000"));
            String from = String.valueOf(i * SLOTS / NODES);
            String to = String.valueOf((i + 1) * SLOTS / NODES - 1);
            nodes.get(i).say("CLUSTER", "ADDSLOTSRANGE", from, to);
            if (i > 0) {
                String port = String.valueOf(nodes.get(0).port());
                nodes.get(i).say("CLUSTER", "MEET", "127.0.0.1", port, String.valueOf(buses.get(0)));
            }
        }
        Awaitility.await().atMost(PATIENCE).until(() -> nodes.stream().allMatch(RedisCluster::isComplete));
    }

    private static boolean isComplete(RedisServer node) {
        String info = node.say("CLUSTER", "INFO");
        return info.contains("cluster_state:ok")
                && info.contains("cluster_slots_ok:" + SLOTS)
                && info.contains("cluster_known_nodes:" + NODES);
    }

    /** Redis itself makes it, and does not want it there when it does. */
    public RedisServer node(int index) {
        return nodes.get(index);
    }

    public List<RedisServer> nodes() {
        return List.copyOf(nodes);
    }

    /** The index of the node that has a key. */
    public int holder(String key) {
        int slot = Integer.parseInt(nodes.get(0).say("CLUSTER", "KEYSLOT", key).substring(1));
        return slot * NODES / SLOTS;
    }

    /** Its address, as a configuration has it. */
    public String url() {
        return nodes.stream()
                .map(node -> "127.0.0.1:" + node.port())
                .collect(Collectors.joining(",", "redis-cluster://", ""));
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }
}
