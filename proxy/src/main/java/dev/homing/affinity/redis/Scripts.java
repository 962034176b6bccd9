// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import java.time.Duration;
import java.util.List;

/**
 * What Redis does in one step. Each script touches one key, so it runs on a cluster too. They are sent whole: a few hundred bytes for each session, and
 * no second round trip when the server was started anew and knows none of them.
 */
final class Scripts {

    /**
     * KEYS: the session's. ARGV: where it is to be bound; for how many milliseconds; the channel; the session; and where it may be bound now. Returns where
     * it was bound. A life that is already longer is not cut short: somebody else has used the session since.
     */
    static final String BIND = """
            local before = redis.call('GET', KEYS[1])
            local free = not before
            for i = 5, #ARGV do free = free or before == ARGV[i] end
            if free and before ~= ARGV[1] then
              redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
              redis.call('PUBLISH', ARGV[3], ARGV[4] .. ' ' .. ARGV[1])
            elseif redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
              redis.call('PEXPIRE', KEYS[1], ARGV[2])
            end
            return before
            """;

    /** KEYS: the session's. ARGV: the channel; the session; how a binding begins that may be forgotten. Returns where it was bound. */
    static final String FORGET = """
            local before = redis.call('GET', KEYS[1])
            if before and string.sub(before, 1, #ARGV[3]) ~= ARGV[3] then return false end
            redis.call('DEL', KEYS[1])
            redis.call('PUBLISH', ARGV[1], ARGV[2])
            return before
            """;

    /** KEYS: the mark's. ARGV: a mark, should there be none. Returns the mark. It is written each time, since a server that only reads is of no use. */
    static final String BEAT = """
            local mark = redis.call('GET', KEYS[1]) or ARGV[1]
            redis.call('SET', KEYS[1], mark)
            return mark
            """;

    /** How long a sign of life may take: nobody waits for it, and a machine that starts is slow. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private Scripts() {}

    /** A sign of life of whoever has that mark. */
    static Question beat(String mark, String offered) {
        return new Question(PATIENCE, BEAT, mark, List.of(offered));
    }
}
