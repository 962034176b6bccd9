// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import dev.homing.affinity.SharedTable.Fault;
import dev.homing.affinity.SharedTable.Kind;
import dev.homing.affinity.SharedTable.Pulse;
import dev.homing.affinity.SharedTable.Said;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A cluster, of which each master has some of the sessions, and a mark. It is there while any of them is: sessions that one has which is not there
 * count as unanswered, all others are shared on. What is published to one is heard on all.
 */
final class Cluster implements Connected {

    private static final Fault NO_HOLDER = new Fault(Kind.AWAY, "no node of the cluster has that key").ofAPart();
    private static final Fault SILENT = new Fault(Kind.AWAY, "the node that has that key is silent").ofAPart();

    private static final Said NOT_SAID = Said.nothing(Faults.NOT_CONNECTED);
    private static final Duration HEARS_WITHIN = Duration.ofSeconds(1);

    private final StatefulRedisClusterConnection<String, String> asking;
    private final StatefulRedisPubSubConnection<String, String> telling;
    private final Parts parts;

    private Cluster(
            StatefulRedisClusterConnection<String, String> asking,
            StatefulRedisPubSubConnection<String, String> telling) {
        this.asking = asking;
        this.telling = telling;
        this.parts = new Parts(asking::getPartitions);
    }

    /** Has a connection to every master made first, or tried: the driver rejects what is asked while one is being made. */
    static CompletionStage<Connected> of(
            StatefulRedisClusterConnection<String, String> asking,
            StatefulRedisPubSubConnection<String, String> telling) {
        Cluster cluster = new Cluster(asking, telling);
        CompletableFuture<?>[] made = cluster.parts.all().stream()
                .map(part -> cluster.to(part).exceptionally(failure -> null))
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(made).thenApply(all -> cluster);
    }

    private CompletableFuture<StatefulRedisConnection<String, String>> to(RedisClusterNode part) {
        RedisURI uri = part.getUri();
        return asking.getConnectionAsync(uri.getHost(), uri.getPort());
    }

    @Override
    public CompletionStage<Said> ask(Question question) {
        String holder = parts.holder(question.key());
        if (holder == null || parts.isSilent(holder)) {
            return CompletableFuture.completedFuture(Said.nothing(holder == null ? NO_HOLDER : SILENT));
        }
        return put(question, holder).thenApply(said -> {
            Fault fault = said.fault();
            return fault == null ? said : Said.nothing(fault.ofAPart());
        });
    }

    private CompletionStage<Said> put(Question question, String part) {
        return question.put(asking.async()).thenApply(said -> {
            Fault fault = said.fault();
            if (fault == null || fault.kind() == Kind.REFUSED) { // a refusal is an answer
                parts.answered(part);
            } else {
                parts.failed(part);
            }
            return said;
        });
    }

    /** Each master by itself. The mark is all of those that answer, so that it changes too when one is back that had been away. */
    @Override
    public CompletionStage<Pulse> beat(Names names, String offered) {
        List<RedisClusterNode> all = parts.all();
        parts.keep(all.stream().map(RedisClusterNode::getNodeId).collect(Collectors.toSet()));
        Map<String, CompletableFuture<Said>> answers = new TreeMap<>();
        for (RedisClusterNode part : all) {
            Parts.keyOf(part, names::mark)
                    .ifPresent(key -> answers.put(
                            key,
                            put(Scripts.beat(key, offered), part.getNodeId()).toCompletableFuture()));
        }
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(over -> pulse(answers.values().stream()
                        .map(answer -> answer.getNow(NOT_SAID))
                        .toList()));
    }

    private static Pulse pulse(List<Said> answers) {
        String marks = answers.stream()
                .filter(said -> said.fault() == null)
                .map(said -> String.valueOf(said.before()))
                .collect(Collectors.joining(" "));
        if (!marks.isEmpty()) {
            return new Pulse(marks, null);
        }
        Fault fault = answers.isEmpty() ? null : answers.get(0).fault();
        return new Pulse("", fault == null ? Faults.NOT_CONNECTED : fault);
    }

    /** By any master that answers, not by the one that would have a key of the channel's name. */
    @Override
    public void publish(String channel, String message) {
        parts.all().stream()
                .filter(part -> !parts.isSilent(part.getNodeId()))
                .findFirst()
                .ifPresent(part -> to(part).thenAccept(node -> node.async().publish(channel, message)));
    }

    /** Others may answer while the one hangs that has to tell. */
    @Override
    public CompletionStage<Boolean> hears() {
        CompletableFuture<String> pong;
        try {
            pong = telling.async().ping().toCompletableFuture();
        } catch (RedisException e) {
            return CompletableFuture.completedFuture(false);
        }
        return pong.orTimeout(HEARS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .handle((said, failure) -> failure == null);
    }

    @Override
    public StatefulRedisPubSubConnection<String, String> telling() {
        return telling;
    }

    @Override
    public void close() {
        asking.closeAsync();
        telling.closeAsync();
    }
}
