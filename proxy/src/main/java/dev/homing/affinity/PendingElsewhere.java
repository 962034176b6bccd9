// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.Router;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The prompt tokens that backends have pending from other proxies of the fleet, as those tell it several times a second: {@code proxy pool/backend=tokens
 * ...}. A proxy that falls silent is forgotten: it may have ended, and its requests with it. Any thread may read; one at a time tells.
 */
final class PendingElsewhere implements Router.PendingTokens {

    /** How long what a proxy told holds. */
    static final long HOLDS_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LongSupplier nanoTime;

    /** By proxy, the last thing that it told. */
    private final Map<String, News> told = new ConcurrentHashMap<>();

    /** Tokens by slot, of all others together. Replaced as a whole by whoever tells, and by {@link #forgetTheSilent}. */
    private volatile Map<Integer, Long> sums = Map.of();

    private record News(Map<Integer, Long> tokens, long nanos) {}

    PendingElsewhere(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public long of(int slot) {
        Map<Integer, Long> now = sums;
        return now.isEmpty() ? 0 : now.getOrDefault(slot, 0L);
    }

    /** What a proxy has to tell of its own; null when it has nothing pending. */
    static @Nullable String news(String self, Roster roster, Router.PendingTokens own) {
        StringBuilder news = new StringBuilder(self);
        roster.names().forEach((slot, name) -> {
            long tokens = own.of(slot);
            if (tokens > 0) {
                news.append(' ')
                        .append(name.pool())
                        .append('/')
                        .append(name.id())
                        .append('=')
                        .append(tokens);
            }
        });
        return news.length() == self.length() ? null : news.toString();
    }

    /**
     * Some proxy has told that. What is no news is dropped word by word, as are backends that this proxy does not have.
     *
     * @param self this proxy's name, whose own news come back to it and are dropped
     */
    synchronized void hear(String news, String self, Roster roster) {
        String[] words = news.split(" ", -1);
        if (words[0].equals(self)) {
            return;
        }
        Map<Integer, Long> tokens = new HashMap<>();
        for (int i = 1; i < words.length; i++) {
            int slash = words[i].indexOf('/');
            int equals = words[i].lastIndexOf('=');
            int slot = slash < 0 || equals < slash
                    ? SessionTable.NONE
                    : roster.slot(new BackendName(words[i].substring(0, slash), words[i].substring(slash + 1, equals)));
            long count = slot == SessionTable.NONE ? 0 : count(words[i].substring(equals + 1));
            if (count > 0) {
                tokens.put(slot, count);
            }
        }
        told.put(words[0], new News(tokens, nanoTime.getAsLong()));
        sum();
    }

    synchronized void forgetTheSilent() {
        long now = nanoTime.getAsLong();
        if (told.values().removeIf(news -> now - news.nanos() >= HOLDS_NANOS)) {
            sum();
        }
    }

    private void sum() {
        Map<Integer, Long> all = new HashMap<>();
        for (News news : told.values()) {
            news.tokens().forEach((slot, count) -> all.merge(slot, count, Long::sum));
        }
        sums = Map.copyOf(all);
    }

    /** 0 for what is no number, or more than any backend ever has. */
    private static long count(String digits) {
        try {
            return digits.length() > 12 ? 0 : Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
